import Canvas

/// Draws a widget on a screen of its own.
func screen(
  _ widget: some Widget, _ width: Int, _ height: Int, _ symbols: GraphSymbols = .braille,
  _ depth: ColorDepth = .direct
) -> Canvas {
  var canvas = Canvas(size: Size(width: width, height: height))
  canvas.draw(widget, in: canvas.bounds, look: Appearance(symbols: symbols, depth: depth))
  return canvas
}

let roles = Theme.standard.roles
