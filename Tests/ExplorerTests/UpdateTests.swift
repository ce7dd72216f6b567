import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `Moving the level` {
  @Test(arguments: [
    (Key.arrow(.right), 0.65), (.arrow(.left), 0.63), (.character("l"), 0.65),
    (.character("h"), 0.63), (.character("."), 0.641), (.character(","), 0.639),
    (.arrow(.right, .shift), 0.641), (.pageUp, 0.74), (.pageDown, 0.54), (.home, 0), (.end, 1),
  ])
  func `a key moves it by its step`(key: Key, expected: Double) {
    let state = ExplorerState.sample().pressing(key)
    #expect(state.level == SparsityLevel(expected))
  }

  @Test func `the plan belongs to the same frame as the key`() {
    let state = ExplorerState.sample().pressing(.pageUp)
    #expect(
      state.plan == FakePreview().plan(PruningRequest(method: .magnitude(.global), sparsity: 0.74)))
  }

  @Test func `it stops at both ends`() {
    #expect(ExplorerState.sample(sparsity: 1).pressing(.arrow(.right)).level == .full)
    #expect(ExplorerState.sample(sparsity: 0.05).pressing(.pageDown).level == .dense)
  }

  @Test func `a typed level keeps its digits when it is moved`() {
    let typed = ExplorerState.sample().pressing(
      .character("2"), .character("1"), .character("."), .character("5"), .character("0"),
      .character("3"), .enter)
    #expect(typed.level == SparsityLevel(millionths: 215_030))
    #expect(typed.pressing(.arrow(.right)).level == SparsityLevel(millionths: 225_030))
  }

  @Test func `a typed pattern chooses the N:M method and its level`() {
    let state = ExplorerState.sample().pressing(
      .character("2"), .character(":"), .character("8"), .enter)
    #expect(state.request.method == .nm(groupSize: 8))
    #expect(state.level == SparsityLevel(0.75))
    #expect(state.methodTitle == "2:8 along inputs")
  }

  @Test func `N:M takes whole steps`() {
    var state = ExplorerState.sample(sparsity: 0.5)
    _ = state.setMethod(.nm(groupSize: 4))
    #expect(state.pressing(.character(".")).level == SparsityLevel(0.75))
    #expect(state.pressing(.arrow(.left)).level == SparsityLevel(0.25))
  }

  @Test func `what is no level is refused in words`() {
    let state = ExplorerState.sample().pressing(
      .character("9"), .character("9"), .character("9"), .enter)
    #expect(state.level == SparsityLevel(0.64))
    #expect(state.notice?.isWarning == true)
  }

  @Test func `dragging the slider sets tenths of a percent`() {
    var state = ExplorerState.sample(size: Size(width: 120, height: 30))
    let track = SliderLine.track(in: state.layout.slider, state: state)
    _ = update(&state, .key(.mouse(.init(.press, x: track.x + 1, y: track.y))))
    #expect(state.level == .dense)
    _ = update(&state, .key(.mouse(.init(.drag, x: track.maxX + 30, y: 3))))
    #expect(state.level == .full)
    _ = update(&state, .key(.mouse(.init(.release, x: 0, y: 0))))
    _ = update(&state, .key(.mouse(.init(.drag, x: track.x, y: track.y))))
    #expect(state.level == .full, "after the release the mouse only points")
  }
}

@Suite struct `Digits` {
  @Test func `one to five choose panels`() {
    #expect(ExplorerState.sample().pressing(.character("4")).focus == .heatMap)
  }

  @Test func `a number after all gives the panel back`() {
    let state = ExplorerState.sample().pressing(.character("3"), .character("0"), .enter)
    #expect(state.focus == .matrices)
    #expect(state.level == SparsityLevel(0.3))
  }

  @Test func `another key ends the number and does its own work`() {
    let state = ExplorerState.sample().pressing(.character("3"), .arrow(.right))
    #expect(state.focus == .accuracy)
    #expect(state.level == SparsityLevel(0.65))
    #expect(state.overlay == nil)
  }
}

@Suite struct `Taking matrices out` {
  @Test func `space takes one out and puts it back`() {
    let out = ExplorerState.sample().pressing(.arrow(.down), .character(" "))
    #expect(out.request.excluded == [1])
    #expect(out.plan?.pruned[1] == 0)
    #expect(out.pressing(.character(" ")).request.excluded.isEmpty)
  }

  @Test func `by block, by kind, and all back`() {
    let block = ExplorerState.sample().pressing(.character("b"))
    #expect(block.request.excluded == Set(0..<6))
    let kind = ExplorerState.sample().pressing(.character("K"))
    #expect(kind.request.excluded == [0, 6, 12, 18])
    let both = block.pressing(.character("K"))
    #expect(both.request.excluded.count == 9)
    #expect(both.pressing(.character("a")).request.excluded.isEmpty)
  }

  @Test func `the whole model cannot be taken out`() {
    let state = ExplorerState.sample().pressing(.character("w"), .character(" "))
    #expect(state.request.excluded.isEmpty)
  }
}

@Suite struct `The engine` {
  @Test func `is asked when the slider has rested, and only for the last place`() {
    var state = ExplorerState.sample()
    let first = update(&state, .key(.arrow(.right)))
    let second = update(&state, .key(.arrow(.right)))
    let numbers = (first + second).compactMap { effect -> Int? in
      if case .startRest(let number) = effect { number } else { nil }
    }
    #expect(numbers.count == 2)
    #expect(update(&state, .rested(numbers[0])).isEmpty)
    #expect(update(&state, .rested(numbers[1])) == [.evaluate(state.request)])
  }

  @Test func `is asked at once by e`() {
    var state = ExplorerState.sample()
    #expect(update(&state, .key(.character("e"))) == [.evaluate(state.request)])
  }

  @Test func `is never asked for a model that cannot be run, and the screen says why`() {
    var state = ExplorerState.sample(evaluates: false)
    #expect(update(&state, .rested(state.restNumber)).isEmpty)
    #expect(update(&state, .key(.character("e"))).isEmpty)
    #expect(state.notice?.text == "This model cannot be evaluated here: “t5” is not known.")
  }

  @Test func `curves are kept apart by method and by what is left out`() {
    var state = ExplorerState.sample()
    _ = update(&state, .point(CurveIdentity(state.request), point(50, right: 430)))
    #expect(state.curve?.points.count == 1)
    #expect(state.pressing(.character("s")).curve == nil)
    #expect(state.pressing(.character(" ")).curve == nil)
    #expect(state.pressing(.character(" "), .character(" ")).curve?.points.count == 1)
  }

  @Test func `the tolerance moves by half a point and stays positive`() {
    var state = ExplorerState.sample()
    #expect(update(&state, .key(.character("+"))) == [.setTolerance(0.015)])
    for _ in 0..<9 { _ = update(&state, .key(.character("-"))) }
    #expect(state.tolerance == 0)
  }
}

@Suite struct `Lists over the screen` {
  @Test func `moving in the methods applies them, and escape takes them back`() {
    let open = ExplorerState.sample().pressing(.character("m"))
    let moved = open.pressing(.arrow(.down))
    #expect(moved.request.method == .magnitude(.matrix))
    let back = moved.pressing(.escape)
    #expect(back.request.method == .magnitude(.global))
    #expect(back.overlay == nil)
    #expect(moved.pressing(.enter).request.method == .magnitude(.matrix))
  }

  @Test func `themes show at once and escape brings the old one back`() {
    var state = ExplorerState.sample()
    var other = Theme.standard
    other.name = "other"
    #expect(update(&state, .key(.character("T"))) == [.listThemes])
    _ = update(&state, .themes([.standard, other], problems: []))
    let moved = state.pressing(.arrow(.down))
    #expect(moved.look.theme.name == "other")
    #expect(moved.pressing(.escape).look.theme == .standard)
  }

  @Test func `a broken theme file is named`() {
    var state = ExplorerState.sample()
    _ = update(&state, .themes([.standard], problems: ["themes/x.yaml: no palette"]))
    #expect(state.notice == Notice("themes/x.yaml: no palette", isWarning: true))
  }

  @Test func `the palette finds every action by its title and does it`() {
    for action in Action.allCases where action != .palette {
      let state = ExplorerState.sample()
      let list = state.palette(Prompt(label: ":", text: action.title), selection: 0)
      #expect(list.matches.first?.item.title == action.title)
    }
    var state = ExplorerState.sample().pressing(.character(":"))
    for character in "zoom" { state = state.pressing(.character(character)) }
    #expect(state.pressing(.enter).zoomed)
  }

  @Test func `the filter narrows the list while it is typed`() {
    var state = ExplorerState.sample().pressing(.character("/"))
    for character in "mlp in" { state = state.pressing(.character(character)) }
    #expect(state.visibleMatrices == [4, 10, 16, 22])
    #expect(state.selection == .matrix(4))
    #expect(state.pressing(.enter, .arrow(.down)).selection == .matrix(10))
    #expect(state.pressing(.escape).visibleMatrices.count == 24)
  }
}

@Suite struct `The key table` {
  @Test func `binds every action but none twice`() {
    let table = KeyTable.standard
    for action in Action.allCases { #expect(!table.keys(for: action).isEmpty, "\(action)") }
    let keys = table.bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  @Test func `help lists every action with its keys`() {
    let state = ExplorerState.sample()
    let entries = state.helpSheet(scroll: 0).sections.flatMap(\.entries)
    for action in Action.allCases { #expect(entries.contains { $0.action == action.title }) }
  }
}

@Test func `The command that repeats the screen names what differs from the default`() {
  var state = ExplorerState.sample().pressing(.character(" "))
  #expect(
    state.equivalentCommand
      == "sparsescope explore embedded --sparsity 0.64 --scope global "
      + "--exclude encoder.layer.0.attn.q.weight"
  )
  _ = state.setMethod(.nm(groupSize: 4))
  #expect(
    state.equivalentCommand
      == "sparsescope explore embedded --method 1:4 --exclude encoder.layer.0.attn.q.weight")
}

@Test func `The help scrolls to its end and back, and closes on any other key`() {
  let small = ExplorerState.sample(size: Size(width: 40, height: 12))
  func scroll(_ keys: Key...) -> Int? {
    var state = small.pressing(.character("?"))
    for key in keys { state = state.pressing(key) }
    guard case .help(let scroll) = state.overlay else { return nil }
    return scroll
  }
  let end = scroll(.end)
  #expect((end ?? 0) > 10)
  #expect(scroll(.character("G"), .arrow(.down)) == end)
  #expect(scroll(.end, .home) == 0)
  #expect(scroll(.end, .character("x")) == nil)
}
