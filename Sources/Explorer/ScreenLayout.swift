import Canvas

/// Where everything on the explorer's screen goes, for a terminal of a given size.
package struct ScreenLayout: PanelLayout, Sendable, Hashable {
  package var header: Rect
  package var panels: [PanelID: Rect]
  /// The slider: one line on a wide screen, else the track and below it the numbers.
  package var slider: Rect
  /// The line of sizes below the slider; empty where there is no room for it.
  package var storage: Rect
  package var hints: Rect

  /// - Parameters:
  ///   - recent: the panels in the order in which they were looked at, the latest first.
  ///   - zoomed: whether the latest panel takes the whole area.
  ///   - hasCurve: whether there will be a curve to draw; if not, its panel only says why.
  package init(size: Size, recent: [PanelID], zoomed: Bool, hasCurve: Bool) {
    // Beside the numbers the track must still show one percent.
    let sliderRows = size.width >= 140 ? 1 : 2
    let hasRoom = size.width >= 110 && size.height >= 34
    let isZoomed = zoomed && size.width >= 60 && size.height >= 20
    let storageRows = hasRoom || isZoomed ? 1 : 0
    let body = max(0, size.height - 2 - sliderRows - storageRows)
    header = Rect(x: 0, y: 0, width: size.width, height: min(1, size.height))
    slider = Rect(x: 0, y: 1 + body, width: size.width, height: sliderRows)
    storage = Rect(x: 0, y: slider.maxY, width: size.width, height: storageRows)
    hints = Rect(x: 0, y: storage.maxY, width: size.width, height: 1)
    let area = Rect(x: 0, y: 1, width: size.width, height: body)
    panels = Self.place(in: area, recent: recent, zoomed: zoomed, hasCurve: hasCurve)
  }

  private static func place(
    in area: Rect, recent: [PanelID], zoomed: Bool, hasCurve: Bool
  ) -> [PanelID: Rect] {
    let latest = recent.first ?? .matrices
    func latestOf(_ panels: [PanelID]) -> PanelID {
      recent.first { panels.contains($0) } ?? panels[0]
    }
    if zoomed { return [latest: area] }

    if area.width < 60 {
      guard area.height >= 16 else { return [latest: area] }
      let (top, bottom) = area.top(area.height * 2 / 5)
      return [.matrices: top, latestOf([.magnitudes, .accuracy, .heatMap, .maskMap]): bottom]
    }
    let listWidth = min(44, max(30, area.width * 3 / 10))
    if area.height < 17 {
      let (left, right) = area.left(listWidth)
      return [.matrices: left, latestOf([.magnitudes, .accuracy, .heatMap, .maskMap]): right]
    }
    if area.width >= 130, area.height >= 28 {
      let (left, right) = area.left(listWidth)
      let (top, bottom) = right.top(right.height / 2)
      guard hasCurve else {
        let (magnitudes, accuracy) = top.top(top.height - 5)
        let (heatMap, maskMap) = bottom.left(bottom.width / 2)
        return [
          .matrices: left, .magnitudes: magnitudes, .accuracy: accuracy, .heatMap: heatMap,
          .maskMap: maskMap,
        ]
      }
      let (magnitudes, heatMap) = top.left(top.width * 3 / 5)
      let (accuracy, maskMap) = bottom.left(bottom.width * 3 / 5)
      return [
        .matrices: left, .magnitudes: magnitudes, .heatMap: heatMap, .accuracy: accuracy,
        .maskMap: maskMap,
      ]
    }
    if area.height >= 40 {
      let (top, rest) = area.top(area.height * 2 / 5)
      let (list, magnitudes) = top.left(listWidth)
      let (accuracy, maps) = rest.top(hasCurve ? rest.height / 2 : 5)
      let (heatMap, maskMap) = maps.left(maps.width / 2)
      return [
        .matrices: list, .magnitudes: magnitudes, .accuracy: accuracy, .heatMap: heatMap,
        .maskMap: maskMap,
      ]
    }
    let (top, accuracy) = area.top(area.height - (hasCurve ? area.height * 9 / 20 : 5))
    let (list, slot) = top.left(listWidth)
    return [
      .matrices: list, latestOf([.magnitudes, .heatMap, .maskMap]): slot, .accuracy: accuracy,
    ]
  }
}

extension Rect {
  /// The first rows, and the rest.
  fileprivate func top(_ rows: Int) -> (Rect, Rect) {
    let parts = splitRows([.fixed(rows), .share(1)])
    return (parts[0], parts[1])
  }

  /// The first columns, and the rest.
  fileprivate func left(_ columns: Int) -> (Rect, Rect) {
    let parts = splitColumns([.fixed(columns), .share(1)])
    return (parts[0], parts[1])
  }
}
