import Canvas
import Experiments
import Testing

@testable import Explorer

/// A state with a measured curve, one point running.
private func measured(_ size: Size, evaluates: Bool = true) -> ExplorerState {
  var state = ExplorerState.sample(size: size, evaluates: evaluates)
  let identity = CurveIdentity(state.request)
  for (percent, right) in [(0, 440), (50, 440), (70, 438), (80, 420), (90, 150), (100, 45)] {
    _ = update(&state, .point(identity, point(percent, right: right)))
  }
  _ = update(&state, .point(identity, point(85, right: 200, of: 250)))
  return state
}

@Suite struct `The screen` {
  @Test func `at its smallest`() {
    #expect(
      frame(of: measured(Size(width: 40, height: 12))).lines == [
        " vit-digits                      ? help",
        "╭ 1 matrices ─────────────── pruned % ─╮",
        "│ whole model         ██████▍     64.0┃│",
        "│▸0 attn q    ⣀⣤⣿⣦⣄⣀⣀ ██████████ 100.0 │",
        "│ 0 attn k    ⣀⣤⣿⣦⣄⣀⣀ ██████████ 100.0 │",
        "│ 0 attn v    ⣀⣤⣿⣦⣄⣀⣀ ██████████ 100.0 │",
        "│ 0 attn o    ⣀⣤⣿⣦⣄⣀⣀ ██████████ 100.0 │",
        "│ 0 mlp in    ⣀⣤⣿⣦⣄⣀⣀ █████████▍  94.2 │",
        "╰──────────────────────────────────────╯",
        " ├━━━━━━━━━━━━━━━━━●─────────┤ 64.0 %",
        " |w| ≤ 1.32  126k/197k · 59.6 % of all",
        " ←→ 1 %  ,. 0.1 %  ↑↓ matrix  q quit",
      ])
  }

  @Test func `too small says what is needed`() {
    #expect(
      frame(of: measured(Size(width: 20, height: 5))).lines == [
        "", "   40×12 needed,", "     here 20×5:", "   enlarge, or q", "",
      ])
  }

  @Test(arguments: [
    Size(width: 0, height: 0), Size(width: 1, height: 1), Size(width: 2, height: 2),
    Size(width: 39, height: 12), Size(width: 40, height: 11), Size(width: 60, height: 12),
    Size(width: 130, height: 28), Size(width: 300, height: 80), Size(width: 80, height: 200),
  ])
  func `any size is drawn, with every overlay`(size: Size) {
    let state = measured(size)
    for keys in [[Key.character("?")], [.character(":")], [.character("m")], [.character("/")], []]
    {
      var shown = state
      for key in keys { _ = update(&shown, .key(key)) }
      #expect(frame(of: shown).size == size)
    }
  }

  @Test(arguments: GraphSymbols.allCases)
  func `nothing but ASCII where there is no more`(symbols: GraphSymbols) {
    var state = measured(Size(width: 160, height: 45))
    state.look.symbols = symbols
    var isASCII = true
    for keys in [[Key.character("?")], [.character(":")], [.character("m")], []] {
      var shown = state
      for key in keys { _ = update(&shown, .key(key)) }
      isASCII = isASCII && frame(of: shown).text.allSatisfy { $0.isASCII }
    }
    #expect(isASCII == (symbols == .ascii))
  }

  @Test func `one line tells of both denominators`() {
    let line = frame(of: measured(Size(width: 160, height: 45))).lines[42]
    #expect(line.contains("125 833 of 196 608 prunable · 59.6 % of the model"))
  }

  @Test func `one line tells what each format would take`() {
    let lines = frame(of: measured(Size(width: 120, height: 36))).lines
    #expect(
      lines[34] == " stored 844 kB dense · 384 kB bitmask · 492 kB CSR   "
        + "matrices alone 786 kB, 326 kB, 434 kB")
    let early = ExplorerState.sample(size: Size(width: 120, height: 36), sparsity: 0.1)
    #expect(
      frame(of: early).lines[34] == " stored 844 kB dense · 809 kB bitmask · "
        + "CSR would be 1.36 × as large   matrices alone 786 kB, 751 kB")
  }

  @Test func `a narrow screen tells the smallest file where there is room, and all when zoomed`() {
    let narrow = frame(of: measured(Size(width: 100, height: 28))).lines[26]
    #expect(narrow.hasSuffix("of the model               file 0.46 × as bitmask"), "\(narrow)")
    let small = measured(Size(width: 80, height: 24))
    #expect(!frame(of: small).text.contains("bitmask"))
    #expect(
      frame(of: small.pressing(.character("z"))).lines[22]
        == " stored 844 kB dense · 384 kB bitmask · 492 kB CSR")
  }

  @Test func `a measured speed stands at the end of the sizes`() {
    let state = measured(Size(width: 120, height: 36))
    var canvas = Canvas(size: state.size)
    let line = Rect(x: 0, y: 0, width: 120, height: 1)
    canvas.draw(StorageLine(state, speed: "2.9 × dense here"), in: line, look: state.look)
    #expect(canvas.lines[0].contains("CSR · 2.9 × dense here"))
  }

  @Test func `says why there is no accuracy`() {
    let text = frame(of: measured(Size(width: 100, height: 28), evaluates: false)).text
    #expect(text.contains("This model cannot be evaluated here: “t5” is not known."))
  }

  @Test func `a running point is hollow and the unmeasured part is called predicted`() {
    let text = frame(of: measured(Size(width: 120, height: 34))).text
    #expect(text.contains("● measured  ○ running  ┄ predicted"))
  }

  @Test func `a matrix that is taken out is left dense in words`() {
    let state = measured(Size(width: 100, height: 28)).pressing(.character(" "))
    #expect(frame(of: state).lines[3].contains("dense "))
  }
}

@Suite struct `The layout` {
  /// The panels as a drawing: each cell shows the number of its panel.
  private func drawing(
    _ width: Int, _ height: Int, recent: [PanelID], zoomed: Bool = false, hasCurve: Bool = true
  ) -> [String] {
    let layout = ScreenLayout(
      size: Size(width: width, height: height), recent: recent, zoomed: zoomed, hasCurve: hasCurve)
    // One character for ten columns and five rows keeps the drawing small.
    return stride(from: 1, to: height - 2, by: 5).map { y in
      String(
        stride(from: 0, to: width, by: 10).map { x -> Character in
          let panel = layout.panels.first { $0.value.contains(Point(x: x, y: y)) }
          return panel.map { Character("\($0.key.rawValue)") } ?? "."
        })
    }
  }

  private let order: [PanelID] = [.matrices, .magnitudes, .accuracy, .heatMap, .maskMap]

  @Test func `shows one panel where there is room for one`() {
    #expect(drawing(40, 12, recent: order) == ["1111", "1111"])
    #expect(drawing(40, 12, recent: [.maskMap] + order) == ["5555", "5555"])
  }

  @Test func `shows the list beside the latest other panel on a low screen`() {
    #expect(drawing(80, 18, recent: order).allSatisfy { $0 == "11122222" })
    #expect(drawing(80, 18, recent: [.accuracy] + order).allSatisfy { $0 == "11133333" })
  }

  @Test func `shows three panels on an ordinary screen`() {
    #expect(
      drawing(100, 28, recent: order) == [
        "1112222222", "1112222222", "1112222222", "3333333333", "3333333333",
      ])
    #expect(drawing(100, 28, recent: [.heatMap] + order)[0] == "1114444444")
  }

  @Test func `shows all panels on a large screen`() {
    #expect(
      drawing(160, 36, recent: order) == [
        "1111122222224444", "1111122222224444", "1111122222224444", "1111122222224444",
        "1111133333335555", "1111133333335555", "1111133333335555",
      ])
  }

  @Test func `leaves little room to a curve that there will not be`() {
    #expect(drawing(100, 28, recent: order, hasCurve: false).count { $0.contains("3") } == 1)
  }

  @Test func `zooming gives everything to the latest panel`() {
    #expect(
      drawing(160, 36, recent: order, zoomed: true).allSatisfy { $0.allSatisfy { $0 == "1" } })
  }
}
