import Canvas
import Foundation

/// A screen of 80 × 24 much like that of the explorer, of which a step changes about a third.
struct ScrubbingScreen {
  let sparsity: Double

  func draw() -> Canvas {
    let look = Appearance(depth: .indexed256)
    let roles = look.roles
    var canvas = Canvas(size: Size(width: 80, height: 24), style: roles.text)
    let rows = canvas.bounds.splitRows([.share(1), .share(1), .fixed(1)])
    let top = rows[0].splitColumns([.fixed(34), .share(1)])

    let list = Panel(key: "1", title: "layers").frame(in: top[0], on: &canvas, look: look)
    let view = ListView(count: 24, selection: 3) { index, _ in
      let share = min(1, sparsity * (0.9 + 0.05 * Double(index % 4)))
      return [
        Fragment("\(index / 6) mlp in ", roles.text),
        Bar(share, style: Style(look.theme.gradient(share))).fragment(width: 10, look: look),
        Fragment(String(format: " %5.2f", share * 100), roles.text),
      ]
    }
    canvas.draw(view, in: list, look: look)

    let inner = Panel(key: "2", title: "magnitudes").frame(in: top[1], on: &canvas, look: look)
    let count = Histogram.columns(in: inner, symbols: look.symbols)
    let counts = (0..<count).map { Int(2000 * exp(-pow(Double($0) / Double(count) * 3, 2))) }
    canvas.draw(
      Histogram(counts: counts, range: 0...0.2, threshold: 0.1 * sparsity), in: inner, look: look)

    let plot = CurvePlot(
      series: [
        .init(
          points: stride(from: 0.0, through: 0.9, by: 0.1).map {
            .init(x: $0, y: 96 - 80 * pow($0, 8))
          })
      ], cursor: sparsity, baseline: 96, tolerance: 1)
    canvas.draw(
      plot,
      in: Panel(key: "3", title: "accuracy").frame(in: rows[1], on: &canvas, look: look),
      look: look)
    canvas.draw(SliderTrack(value: sparsity), in: rows[2].splitLeft(60).left, look: look)
    canvas.put(
      String(format: " %.1f %%", sparsity * 100), x: 61, y: rows[2].y, style: roles.level)
    return canvas
  }
}
