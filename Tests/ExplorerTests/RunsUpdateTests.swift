import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `The list of runs` {
  @Test func `begins with the latest run and asks for what is in it`() {
    var state = RunsState(size: Size(width: 100, height: 28), look: Appearance())
    let effects = update(&state, .runs(FakeRuns.rows, problems: []))
    #expect(state.selection == "/runs/lottery")
    #expect(effects == [.watch(RunsWatch(runs: ["/runs/lottery"]))])
    #expect(!state.isSettled)
    _ = state.receive(.detail(FakeRuns.detail("/runs/lottery")))
    #expect(state.isSettled)
  }

  @Test func `keeps the selected run where it is when others come and go`() {
    var state = FakeRuns.state().pressing(.arrow(.down))
    let new = RunRow(id: "/runs/new", name: "new", state: .queued, created: 400)
    _ = state.receive(.runs([new] + FakeRuns.rows, problems: []))
    #expect(state.selection == "/runs/one-shot")
    _ = state.receive(.runs([new], problems: []))
    #expect(state.selection == "/runs/new")
  }

  @Test func `sorts by each order in turn`() {
    var state = FakeRuns.state()
    var firsts: [String] = []
    for _ in RunOrder.allCases {
      firsts.append(state.visibleRuns[0].id)
      state = state.pressing(.character("s"))
    }
    #expect(
      firsts == [
        "/runs/lottery", "/runs/broken", "/runs/broken", "/runs/one-shot", "/runs/one-shot",
      ])
    #expect(state.order == .created)
  }

  @Test func `filters by name, model, task and state, and Escape takes it back`() {
    let state = FakeRuns.state().pressing(.character("/"))
    func visible(_ text: String) -> [String] {
      var typed = state
      for character in text { _ = typed.receive(.key(.character(character))) }
      return typed.visibleRuns.map(\.name)
    }
    #expect(visible("minilm") == ["gradual-sst2", "random-cola"])
    #expect(visible("minilm inter") == ["random-cola"])
    #expect(visible("nothing").isEmpty)
    #expect(state.pressing(.character("x"), .escape).visibleRuns.count == 4)
  }

  @Test func `Escape steps back to the explorer, and does nothing without one`() {
    var state = FakeRuns.state().pressing(.character("z"))
    #expect(state.press(.escape).isEmpty)
    #expect(!state.zoomed)
    #expect(state.press(.escape) == [.back])
    #expect(state.press(.character("r")) == [.back])
    var alone = FakeRuns.state(hasExplorer: false)
    #expect(alone.press(.escape, .character("r")).isEmpty)
  }
}

@Suite struct `Steering a run` {
  @Test func `p pauses a running run and lets a paused one go on`() {
    var state = FakeRuns.state()
    #expect(state.press(.character("p")) == [.pause("/runs/lottery", true)])
    #expect(!state.isSettled)
    _ = state.receive(.done("paused"))
    #expect(state.isSettled)
    var rows = FakeRuns.rows
    rows[0].state = .paused
    _ = state.receive(.runs(rows, problems: []))
    #expect(state.press(.character("p")) == [.pause("/runs/lottery", false)])
  }

  @Test func `cancelling asks, and only another key than its own confirms`() {
    var state = FakeRuns.state()
    #expect(state.press(.character("c")).isEmpty)
    #expect(state.press(.character("c")).isEmpty)
    #expect(state.overlay == nil)
    #expect(state.notice?.text == "Nothing was cancelled")
    #expect(state.press(.character("c"), .enter).isEmpty)
    #expect(state.press(.character("c"), .character("y")) == [.cancel("/runs/lottery")])
  }

  @Test func `a finished run cannot be cancelled or paused`() {
    var state = FakeRuns.state().pressing(.arrow(.down))
    #expect(state.press(.character("c")).isEmpty)
    #expect(state.overlay == nil)
    #expect(state.press(.character("p")).isEmpty)
    #expect(state.notice?.text == "one-shot-digits is finished")
  }

  @Test func `Enter goes on with a run that nothing works on`() {
    var state = FakeRuns.state().pressing(.end)
    #expect(state.press(.enter) == [.start("/runs/halted")])
    var failed = FakeRuns.state().pressing(.arrow(.down), .arrow(.down))
    #expect(failed.press(.enter) == [.start("/runs/broken")])
  }

  @Test func `Enter on a run that is at work or done shows its curves`() {
    var state = FakeRuns.state()
    #expect(state.press(.enter).isEmpty)
    #expect(state.focus == .curves)
  }

  @Test func `threads and priority change by steps and stay within their bounds`() {
    var state = FakeRuns.state()
    #expect(state.press(.character("+")) == [.setWorkers("/runs/lottery", 3)])
    #expect(state.press(.character("-")) == [.setWorkers("/runs/lottery", 1)])
    #expect(state.press(.character("[")) == [.setNiceness("/runs/lottery", 5)])
    #expect(state.press(.character("]")).isEmpty)
    var nice = FakeRuns.state().pressing(.end)
    #expect(nice.press(.character("[")) == [.setNiceness("/runs/halted", 19)])
    #expect(nice.press(.character("]")) == [.setNiceness("/runs/halted", 10)])
  }

  @Test(arguments: ["p", "c", "+", "-", "[", "]"] as [Character])
  func `a view that only reads changes nothing and says so`(key: Character) {
    var state = FakeRuns.state(isReadOnly: true)
    #expect(state.press(.character(key), .character("y")).allSatisfy { !$0.isOrder })
    state = FakeRuns.state(isReadOnly: true).pressing(.character(key))
    #expect(state.notice?.text.contains("--read-only") == true)
    #expect(state.overlay == nil)
  }

  @Test func `a view that only reads starts nothing`() {
    var state = FakeRuns.state(isReadOnly: true).pressing(.end)
    #expect(state.press(.enter).isEmpty)
    #expect(state.notice?.text.contains("--read-only") == true)
  }

  @Test func `y copies the command that repeats the run`() {
    var state = FakeRuns.state()
    #expect(state.press(.character("y")) == [.copy("sparsescope run /runs/lottery/spec.yaml")])
  }

  @Test func `x exports the selected run, or all marked ones`() {
    var state = FakeRuns.state()
    #expect(
      state.press(.character("x"), .arrow(.down), .enter) == [.export(["/runs/lottery"], .json)])
    _ = state.press(.character(" "), .arrow(.down), .character(" "))
    #expect(
      state.press(.character("x"), .end, .enter)
        == [.export(["/runs/lottery", "/runs/one-shot"], .svg)])
  }
}

@Suite struct `What lies over both views` {
  @Test func `moves by the same keys`() {
    let down: [Key] = [.pageDown, .arrow(.down), .tab, .pageUp, .end, .home]
    func places<State>(
      _ state: State, _ press: (State, Key) -> State, _ place: (State) -> Int?
    ) -> [Int?] {
      var state = state
      return down.map { key in
        state = press(state, key)
        return place(state)
      }
    }
    func palette<Own>(_ overlay: Overlay<Own>?) -> Int? {
      if case .palette(_, let selection) = overlay { selection } else { nil }
    }
    func themes<Own>(_ overlay: Overlay<Own>?) -> Int? {
      if case .themes(let list, _) = overlay { list.selection } else { nil }
    }
    var explorer = ExplorerState.sample()
    var runs = FakeRuns.state()
    #expect(
      places(explorer.pressing(.character(":")), { $0.pressing($1) }, { palette($0.overlay) })
        == [10, 11, 12, 2, 0, 0])
    #expect(
      places(runs.pressing(.character(":")), { $0.pressing($1) }, { palette($0.overlay) })
        == [10, 11, 12, 2, 0, 0])
    let all = (0..<14).map { index in
      var theme = Theme.standard
      theme.name = "theme \(index)"
      return theme
    }
    _ = update(&explorer, .themes(all, problems: []))
    _ = update(&runs, .themes(all, problems: []))
    #expect(
      places(explorer, { $0.pressing($1) }, { themes($0.overlay) }) == [10, 11, 12, 2, 13, 0])
    #expect(places(runs, { $0.pressing($1) }, { themes($0.overlay) }) == [10, 11, 12, 2, 13, 0])
  }
}

@Suite struct `Comparing runs` {
  private func marked() -> RunsState {
    FakeRuns.state().pressing(.arrow(.down), .character(" "), .arrow(.up), .character(" "))
  }

  @Test func `draws the curves of all marked runs, each with its name`() {
    #expect(
      marked().shownCurves.map(\.name) == ["one-shot", "lottery-ticket"])
  }

  @Test func `the difference is the second marked run minus the first`() throws {
    let named = try #require(marked().difference)
    #expect(named.first == "one-shot")
    #expect(named.second == "lottery-ticket")
    let at70 = named.difference.points.first { $0.level == SparsityLevel(percent: 70) }
    #expect(try #require(at70).mean > 0.2)
  }

  @Test func `taking a mark away brings back the selected run's own curves`() {
    let state = marked().pressing(.character("u"))
    #expect(state.shownCurves.map(\.name) == ["magnitude"])
    #expect(state.difference == nil)
  }

  @Test func `masks are asked for while they are visible, once for each set of them`() {
    var state = FakeRuns.state()
    let effects = state.press(.character("6"))
    guard case .compareMasks(let question) = effects.first else {
      Issue.record("the masks were not asked for")
      return
    }
    #expect(question.first == "/runs/lottery")
    #expect(state.press(.character("7"), .character("6")).isEmpty)
    #expect(!state.isSettled)
    _ = state.receive(.masks(MaskTable(question: question, problem: "none")))
    #expect(state.isSettled)
  }
}

@Suite struct `The keys of the experiments view` {
  @Test func `every action has a key, a hint or a line of help of its own`() {
    let titles = RunsAction.allCases.map(\.title)
    #expect(Set(titles).count == titles.count)
    for action in RunsAction.allCases {
      #expect(!KeyTable.runs.keys(for: action).isEmpty, "\(action)")
    }
  }

  @Test func `arrows choose cells in the table of cells`() {
    let state = FakeRuns.state().pressing(.character("4"), .arrow(.down))
    #expect(state.selection == "/runs/lottery")
    #expect(state.selectedCell?.id == "digits-ticket-magnitude-global-round2-s0.200000-seed0")
  }

  @Test func `losses are thinned to means`() {
    let values = (1...1000).map { TrainingSeries.Value(step: $0, value: Double($0)) }
    let thinned = TrainingSeries.thinned(values, to: 10)
    #expect(thinned.count == 10)
    #expect(thinned[0] == TrainingSeries.Value(step: 100, value: 50.5))
    #expect(TrainingSeries.thinned(Array(values.prefix(3)), to: 10).count == 3)
  }
}
