import Canvas
import Experiments
import Foundation
import Testing

@testable import Explorer

/// The part of some lines from a column on.
private func lines(_ state: ExplorerState, _ rows: Range<Int>, from column: Int = 0) -> [String] {
  frame(of: state).lines[rows].map { String($0.dropFirst(column)) }
}

/// A state that is measured on a text, with a complete dense point of perplexity 8.
private func measuredOnText(_ size: Size) -> ExplorerState {
  var state = ExplorerState.withTasks(size: size)
  let selection = TaskSelection(name: "perplexity", data: "/data/a.txt")
  let number = state.open(selection, .person)
    .compactMap { if case .openTask(let order) = $0 { order.number } else { nil } }[0]
  _ = update(
    &state,
    .taskOpened(
      number, selection,
      .available(
        task: "a.txt", examples: 4, metric: "perplexity", chance: -log(512), scale: .perplexity)))
  for (percent, perplexity) in [(0, 8.0), (50, 10.0), (64, 40.0), (80, 300.0), (100, 1e9)] {
    let point = CurvePoint(
      level: SparsityLevel(percent: percent), achieved: 0, pruned: 0,
      scores: Array(repeating: Float(-log(perplexity)), count: 4), total: 4,
      metrics: ["perplexity": perplexity])
    _ = update(&state, .point(CurveIdentity(state.request), point, task: number))
  }
  return state
}

@Suite struct `The list of tasks` {
  @Test func `says of each where its data is, or that there is none, or why it does not fit`() {
    let state = ExplorerState.withTasks().pressing(.character("t"))
    #expect(
      lines(state, 1..<9, from: 22).map { String($0.prefix(76)) } == [
        "╭ task ────────────────────────────────────────────────────────────────────╮",
        "│▸digits      now · the images in the program                              │",
        "│ SST-2       dev · /data/SST-2                                            │",
        "│ CoLA        no data yet: Enter to give a folder                          │",
        "│ perplexity  no data yet: Enter to give a file                            │",
        "│ MNLI        needs a head, and mini is a bare encoder: fine-tune it first │",
        "│ Enter opens it  Esc goes back                                            │",
        "╰──────────────────────────────────────────────────────────────────────────╯",
      ])
  }

  @Test func `keeps the end of a path, and says all of it below, where there is little room`() {
    var state = ExplorerState.withTasks(size: Size(width: 40, height: 12))
    state.tasks[1].remembered?.data = "/home/somebody/data/glue/SST-2"
    state = state.pressing(.character("t"), .arrow(.down))
    #expect(
      lines(state, 1..<11) == [
        "╭ task ────────────────────────────────╮",
        "│ digits      now · the images in the… │",
        "│▸SST-2       dev · …y/data/glue/SST-2 │",
        "│ CoLA        no data yet: Enter to g… │",
        "│ perplexity  no data yet: Enter to g… │",
        "│ MNLI        needs a head, and mini … │",
        "│ dev · /home/somebody/data/glue/SST-2 │",
        "│                                      │",
        "│ Enter opens it  Esc goes back        │",
        "╰──────────────────────────────────────╯",
      ])
  }
}

@Suite struct `The question for data` {
  @Test func `shows the path, the split and the reason why it was not accepted`() {
    var state = ExplorerState.withTasks(size: Size(width: 60, height: 20)).pressing(
      .character("t"), .arrow(.down), .enter)
    _ = update(
      &state,
      .taskFailed(
        state.opening?.number ?? -1,
        reason: "/data/SST-2 holds no dev.tsv; give the file itself"))
    #expect(
      lines(state, 7..<13) == [
        "╭ data of SST-2 ───────────────────────────────────────────╮",
        "│ folder /data/SST-2                                       │",
        "│ split dev                                                │",
        "│ /data/SST-2 holds no dev.tsv; give the file itself       │",
        "│  Enter opens it  Tab completes  ↑↓ split  Esc goes back  │",
        "╰──────────────────────────────────────────────────────────╯",
      ])
  }
}

@Suite struct `While a task is opened` {
  @Test func `the header says so`() {
    var state = ExplorerState.withTasks().pressing(.character("t"), .arrow(.down), .enter)
    _ = update(&state, .tick(seconds: 2))
    #expect(
      lines(state, 0..<1) == [
        " sparsescope  vit-digits ▸ digits test 450 · magnitude, global"
          + "        ⠋ opening SST-2  0:02  ? help"
      ])
  }
}

@Suite struct `The curve of perplexity` {
  @Test func `has its best on top, even factors, and its edge at guessing`() {
    let state = measuredOnText(Size(width: 100, height: 28)).pressing(.character("3"), .escape)
    let shown = lines(state, 15..<25)
    #expect(shown[0].hasPrefix("╭ 3 perplexity (log) · 40.0 ─"))
    #expect(shown[1].contains("●"), "the dense model, the best, is on the first row of the plot")
    #expect(shown[6].hasSuffix("●  │"), "far beyond guessing is on the last row")
    let labels = shown[1...6].compactMap { line in
      line.split(separator: "┤").first.flatMap { Int($0.filter(\.isNumber)) }
    }
    #expect(labels.count >= 2)
    #expect(labels == labels.sorted())
    #expect(labels.allSatisfy { (8...512).contains($0) })
  }
}

@Suite struct `The curve of a share` {
  @Test func `has the official metrics in its heading where they are more than the score`() {
    var state = ExplorerState.sample()
    var here = point(64, right: 405)
    here.metrics = ["accuracy": 0.9, "matthews_correlation": 0.7251]
    _ = update(&state, .point(CurveIdentity(state.request), here))
    let title = frame(of: state).lines.first { $0.contains("3 accuracy") } ?? ""
    #expect(title.contains("3 accuracy % · 90.0 % · matthews correlation 0.725 ─"))
  }

  @Test func `goes nowhere beyond the last point where guessing has no known score`() {
    var state = ExplorerState.sample()
    state.model.evaluation = .available(
      task: "SQuAD", examples: 450, metric: "F1", chance: nil)
    _ = update(&state, .point(CurveIdentity(state.request), point(0, right: 400)))
    #expect(!frame(of: state).text.contains("predicted"))
    #expect(frame(of: state).text.contains("3 F1 %"))
  }
}
