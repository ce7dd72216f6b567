import Canvas
import Testing

/// Every widget, with something to draw.
private func everyWidget() -> [(name: String, widget: any Widget)] {
  [
    ("panel", Panel(key: "1", title: "a title", trailing: [Fragment("x", roles.muted)])),
    ("bar", Bar(0.4)),
    ("progress", ProgressBar(share: 0.4, label: "reading")),
    ("unknown progress", ProgressBar(share: nil, label: "reading", tick: -3)),
    ("slider", SliderTrack(value: 0.4)),
    ("slider at NaN", SliderTrack(value: .nan)),
    (
      "list", ListView(rows: Array(repeating: [Fragment("日本", roles.text)], count: 9), selection: 7)
    ),
    ("empty list", ListView(rows: [], selection: 3)),
    ("scrollbar", Scrollbar(count: 100, offset: 99)),
    ("sparkline", Sparkline([1, 2, 3, .nan, -1])),
    ("empty sparkline", Sparkline([])),
    ("histogram", Histogram(counts: [1, 2, 3, 2, 1], range: 0...1, threshold: 0.5)),
    ("log histogram", Histogram(counts: [1], range: 0...1, threshold: 2, isLogarithmic: true)),
    ("empty histogram", Histogram(counts: [], range: 0...0)),
    (
      "curve",
      CurvePlot(
        series: [
          .init(
            points: [
              .init(x: 0, y: 97), .init(x: 0.5, y: .nan),
              .init(x: 1, y: 10, interval: -5 ... .infinity, state: .running),
            ], predicted: [.init(x: -1, y: 5), .init(x: 2, y: 500)],
            marker: .init(x: 0.5, interval: 0.4...0.6, label: "essential"))
        ], cursor: 0.4, baseline: 97, tolerance: 1)
    ),
    (
      "loss curve",
      CurvePlot(
        series: [.init(points: [.init(x: 0, y: 2), .init(x: 1, y: 0.1)], showsMarkers: false)],
        horizontalAxis: .steps(0))
    ),
    ("empty curve", CurvePlot(series: [])),
    ("flat curve", CurvePlot(series: [.init(points: [.init(x: 0.5, y: 3)])])),
    (
      "heat map",
      HeatMap(
        rows: ["a", "日本"], columns: ["x", "y"], values: [[0.5, nil], [1]], highlighted: (1, 0))
    ),
    ("empty heat map", HeatMap(rows: [], columns: [], values: [], highlighted: (4, 4))),
    ("density", DensityMap(densities: [0, 0.5, .nan, 1], rows: 2, columns: 2)),
    ("empty density", DensityMap(densities: [], rows: 0, columns: 0)),
    ("help", HelpSheet(sections: [.init(title: "a", entries: [.init(keys: "x", action: "y")])])),
    ("empty help", HelpSheet(sections: [], offset: 4)),
    ("palette", PaletteList(prompt: Prompt(label: ":", text: "a"), items: [.init(title: "a")])),
    ("empty palette", PaletteList(prompt: Prompt(label: ":"), items: [], selection: 9)),
    ("prompt", Prompt(label: "/", text: "日本語", problem: "no such matrix")),
    ("dialog", Dialog(title: "t", message: ["some words here"], choices: [("y", "yes")])),
  ]
}

@Suite struct TinyScreenTests {
  @Test(arguments: everyWidget().map(\.name), GraphSymbols.allCases)
  func aWidgetKeepsToItsRectangleAtEverySize(name: String, symbols: GraphSymbols) {
    let widget = everyWidget().first { $0.name == name }!.widget
    let mark = Cell("·", style: Style(.slot(0x0f)))
    for width in [0, 1, 2, 3, 4, 5, 7, 12, 20, 41] {
      for height in [0, 1, 2, 3, 4, 6, 9] {
        for depth in [ColorDepth.mono, .direct] {
          let rect = Rect(x: 1, y: 1, width: width, height: height)
          var canvas = Canvas(size: Size(width: width + 2, height: height + 2))
          canvas.fill(canvas.bounds, with: mark.character, style: mark.style)
          canvas.draw(widget, in: rect, look: Appearance(symbols: symbols, depth: depth))
          for y in 0..<canvas.size.height {
            for x in 0..<canvas.size.width where !rect.contains(Point(x: x, y: y)) {
              #expect(canvas[x, y] == mark, "\(name) \(width)×\(height) at \(x), \(y)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: everyWidget().map(\.name))
  func asciiMeansAscii(name: String) {
    let widget = everyWidget().first { $0.name == name }!.widget
    let canvas = {
      var canvas = Canvas(size: Size(width: 60, height: 14))
      canvas.draw(widget, in: canvas.bounds, look: Appearance(symbols: .ascii, depth: .mono))
      return canvas
    }()
    for line in canvas.lines {
      for character in line where !"日本語".contains(character) {
        #expect(character.isASCII, "\(name): \(character)")
      }
    }
  }
}
