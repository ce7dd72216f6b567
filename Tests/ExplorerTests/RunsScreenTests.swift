import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `The experiments view` {
  @Test func `on an ordinary screen`() {
    #expect(
      frame(of: FakeRuns.state()).lines == [])
  }

  @Test func `at its smallest`() {
    #expect(
      frame(of: FakeRuns.state(size: Size(width: 40, height: 12))).lines == [])
  }

  @Test func `asks before it cancels`() {
    let state = FakeRuns.state(size: Size(width: 60, height: 16)).pressing(.character("c"))
    #expect(
      Array(frame(of: state).lines[4..<12]) == [])
  }

  @Test func `says what to do where there are no runs`() {
    var state = RunsState(size: Size(width: 100, height: 28), look: Appearance())
    #expect(frame(of: state).text.contains("looking for runs"))
    _ = update(&state, .runs([], problems: []))
    let text = frame(of: state).lines.joined(separator: " ")
    #expect(text.contains("No runs yet."))
    #expect(text.contains("reproduce --list"))
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
    #expect(text.contains("● lottery-ticket magnitude  ▲ essential"))
    #expect(text.contains("■ one-shot magnitude  ▲ essential"))
    #expect(text.contains("one-shot magnitude − lottery-ticket magnitude"))
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
      #expect(frame(of: state.pressing(.character(key))).text.allSatisfy(\.isASCII), "\(key)")
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
