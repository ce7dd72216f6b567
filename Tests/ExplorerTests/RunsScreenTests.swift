import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `The experiments view` {
  @Test func `on an ordinary screen`() {
    #expect(
      frame(of: FakeRuns.state()).lines == [
        " sparsescope  experiments · 1 running, 1 failed, 1 interrupted, 1 finished                   ? help",
        "╭ 1 runs ──────────────────── by time ─╮╭ 3 training loss ─────────────────── step 80  loss 0.029 ─╮",
        "│▸  ▶ lottery-ticket-digits            ││3 ┤                                                       │",
        "│     running     ███▊      12/30 20:09││  │⢀                                                      │",
        "│   ✓ one-shot-digits                  ││2 ┤⢸                                                      │",
        "│     finished    █████ 30/30 ess. 68 %││  │⢸                                                      │",
        "│   ✗ gradual-sst2                     ││  │⢸                                                      │",
        "│     failed      ███      3/8 2 failed││1 ┤⠈⡆                                                     │",
        "│   ! random-cola                      ││  │ ⢣                                                     │",
        "│     interrupted ███          1/4     ││0 ┤  ⠙⠒⠦⠤⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⡀                                 │",
        "│                                      ││  └┬────────────┬────────────┬────────────┬────────────┬  │",
        "│                                      ││   0           50           100          150          200 │",
        "│                                      ││ ● digits-tuned-magnitude-global-round1-s0.100000-seed0   │",
        "╰──────────────────────────────────────╯╰──────────────────────────────────────────────────────────╯",
        "╭ 2 score % over sparsity · digits ────────────────────────────────────────────────────────────────╮",
        "│100 ┤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⠤⠤⠤⠤⠤⠤⠤⠤●⡀··························  │",
        "│    │                                                                ⠈⠑⠤⡀                         │",
        "│    │                                                                   ⠈⠑⠢⣀                      │",
        "│    │                                                                       ⠉●⢄                   │",
        "│ 50 ┤                                                                          ⠉⠢⢄                │",
        "│    │                                                                             ⠉⠢⢄             │",
        "│    │                                                                                ⠉●           │",
        "│    │                                                                                             │",
        "│    └┬────────┬────────┬────────┬────────┬────────┬────────┬────────▲━━━━━━━━╾────────┬────────┬  │",
        "│     0       10       20       30       40       50       60       70       80       90      100 %│",
        "│ ● magnitude  ▲ essential 70 (70-80) %                                                            │",
        "╰──────────────────────────────────────────────────────────────────────────────────────────────────╯",
        " ↑↓ run  Enter go on  ␣ compare  p pause  c cancel  Tab panel  z zoom  s sort  / filter  q quit",
      ])
  }

  @Test func `at its smallest`() {
    #expect(
      frame(of: FakeRuns.state(size: Size(width: 40, height: 12))).lines == [
        " runs · 1 running, 1 failed      ? help",
        "╭ 1 runs ──────────────────── by time ─╮",
        "│▸  ▶ lottery-ticket-digits            │",
        "│     running     ███▊      12/30 20:09│",
        "│   ✓ one-shot-digits                  │",
        "│     finished    █████ 30/30 ess. 68 %│",
        "│   ✗ gradual-sst2                     │",
        "│     failed      ███      3/8 2 failed│",
        "│   ! random-cola                      │",
        "│     interrupted ███          1/4     │",
        "╰──────────────────────────────────────╯",
        " ↑↓ run  Enter go on  q quit",
      ])
  }

  @Test func `asks before it cancels`() {
    let state = FakeRuns.state(size: Size(width: 60, height: 16)).pressing(.character("c"))
    #expect(
      Array(frame(of: state).lines[4..<11]) == [
        "╭ cancel this run? ────────────────────────────────────────╮",
        "│ lottery-ticket-digits                                    │",
        "│ 12 of 30 cells are finished and stay. What the others    │",
        "│ have done since their last checkpoint is lost.           │",
        "│                                                          │",
        "│ y cancels the run   any other key leaves it alone        │",
        "╰──────────────────────────────────────────────────────────╯",
      ])
  }

  @Test func `says what to do where there are no runs`() {
    var state = RunsState(size: Size(width: 100, height: 28), look: Appearance())
    #expect(frame(of: state).text.contains("looking for runs"))
    _ = update(&state, .runs([], problems: []))
    let text = frame(of: state).text
    #expect(text.contains("No runs yet. `sparsescope reproduce"))
    #expect(text.contains("`sparsescope run SPEC`"))
  }

  @Test func `tells a failed run from an interrupted one by sign and word`() {
    let lines = frame(of: FakeRuns.state(size: Size(width: 100, height: 40))).lines
    #expect(lines.contains { $0.contains("✗ gradual-sst2") })
    #expect(lines.contains { $0.contains("failed ") && $0.contains("2 failed") })
    #expect(lines.contains { $0.contains("! random-cola") })
    #expect(lines.contains { $0.contains("interrupted ") })
  }

  @Test func `shows why a cell failed`() {
    let state = FakeRuns.state().pressing(.arrow(.down), .arrow(.down), .character("4"))
    #expect(frame(of: state).text.contains("/data/SST-2/train.tsv cannot be read"))
  }

  @Test func `curves differ in marker, and each has its turning point`() {
    let state = FakeRuns.state(size: Size(width: 160, height: 50))
      .pressing(.character(" "), .arrow(.down), .character(" "))
    let text = frame(of: state).text
    #expect(text.contains("● lottery-ticket  ▲ essential"))
    #expect(text.contains("■ one-shot  ▲ essential"))
    #expect(text.contains("one-shot − lottery-ticket"))
  }

  @Test(arguments: [
    Size(width: 0, height: 0), Size(width: 1, height: 1), Size(width: 2, height: 2),
    Size(width: 39, height: 12), Size(width: 40, height: 11), Size(width: 40, height: 12),
    Size(width: 60, height: 12), Size(width: 130, height: 28), Size(width: 300, height: 80),
    Size(width: 80, height: 200),
  ])
  func `any size is drawn, with every panel and overlay`(size: Size) {
    let state = FakeRuns.state(size: size)
    for key in "?:xcz/1234567" {
      #expect(frame(of: state.pressing(.character(key))).size == size)
    }
  }

  @Test func `nothing but ASCII where there is no more`() {
    var state = FakeRuns.state(size: Size(width: 160, height: 50))
    state.look.symbols = .ascii
    for key in "?:xc " {
      let others = frame(of: state.pressing(.character(key))).text.filter { !$0.isASCII }
      #expect(others == "", "\(key)")
    }
  }

  @Test func `no panel lies over another`() {
    for width in stride(from: 40, through: 240, by: 8) {
      for height in stride(from: 12, through: 70, by: 3) {
        let layout = RunsLayout(
          size: Size(width: width, height: height), recent: RunsPanel.allCases, zoomed: false)
        let cells = layout.panels.values.reduce(0) { $0 + $1.width * $1.height }
        #expect(cells == width * (height - 2), "\(width)×\(height)")
        #expect(layout.panels.values.allSatisfy { $0.width >= 20 && $0.height >= 4 })
      }
    }
  }
}
