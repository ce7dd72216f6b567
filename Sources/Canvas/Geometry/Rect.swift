/// A column and a row, counted in cells from the top left corner.
package struct Point: Sendable, Hashable {
  package var x: Int
  package var y: Int

  package init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A width and a height in cells; negative lengths count as 0.
package struct Size: Sendable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = max(0, width)
    self.height = max(0, height)
  }

  package static let zero = Size(width: 0, height: 0)
}

/// A rectangle of cells; negative lengths count as 0.
package struct Rect: Sendable, Hashable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// The rectangle of that size whose corner is the origin.
  package init(_ size: Size) {
    self.init(x: 0, y: 0, width: size.width, height: size.height)
  }

  package var size: Size { Size(width: width, height: height) }
  package var isEmpty: Bool { width == 0 || height == 0 }
  /// The first column to the right of the rectangle.
  package var maxX: Int { x + width }
  /// The first row below the rectangle.
  package var maxY: Int { y + height }
  package var columns: Range<Int> { x..<maxX }
  package var rows: Range<Int> { y..<maxY }

  package func contains(_ point: Point) -> Bool {
    columns.contains(point.x) && rows.contains(point.y)
  }

  /// The common part; empty, at a place inside of neither, where there is none.
  package func intersection(_ other: Rect) -> Rect {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rect(
      x: left, y: top,
      width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// What is left when cells are taken away on all sides; never less than nothing.
  package func inset(horizontal: Int = 0, vertical: Int = 0) -> Rect {
    inset(left: horizontal, top: vertical, right: horizontal, bottom: vertical)
  }

  /// What is left when cells are taken away on each side; never less than nothing.
  package func inset(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) -> Rect {
    let takenLeft = min(left, width)
    let takenTop = min(top, height)
    return Rect(
      x: x + takenLeft, y: y + takenTop,
      width: width - takenLeft - right, height: height - takenTop - bottom)
  }

  /// A rectangle of at most that size in the middle of this one, for dialogs.
  package func centered(_ size: Size) -> Rect {
    let inner = Size(width: min(size.width, width), height: min(size.height, height))
    return Rect(
      x: x + (width - inner.width) / 2, y: y + (height - inner.height) / 2,
      width: inner.width, height: inner.height)
  }

  /// How wide a box over this rectangle is that asks for so many columns: all columns where fewer
  /// than two would stay free at a side, so that two frames never stand side by side.
  package func overlayWidth(_ wanted: Int) -> Int {
    wanted + 4 > width ? width : wanted
  }

  /// A box of about that size in the middle, with the first and the last row free.
  package func overlay(_ size: Size) -> Rect {
    centered(
      Size(
        width: overlayWidth(size.width), height: min(size.height, max(0, height - 2))))
  }

  /// The upper `height` rows and the rest below them.
  package func splitTop(_ height: Int) -> (top: Rect, rest: Rect) {
    let taken = min(max(0, height), self.height)
    return (
      Rect(x: x, y: y, width: width, height: taken),
      Rect(x: x, y: y + taken, width: width, height: self.height - taken)
    )
  }

  /// The lower `height` rows and the rest above them.
  package func splitBottom(_ height: Int) -> (rest: Rect, bottom: Rect) {
    let parts = splitTop(self.height - min(max(0, height), self.height))
    return (parts.top, parts.rest)
  }

  /// The left `width` columns and the rest beside them.
  package func splitLeft(_ width: Int) -> (left: Rect, rest: Rect) {
    let taken = min(max(0, width), self.width)
    return (
      Rect(x: x, y: y, width: taken, height: height),
      Rect(x: x + taken, y: y, width: self.width - taken, height: height)
    )
  }

  /// The right `width` columns and the rest beside them.
  package func splitRight(_ width: Int) -> (rest: Rect, right: Rect) {
    let parts = splitLeft(self.width - min(max(0, width), self.width))
    return (parts.left, parts.rest)
  }
}
