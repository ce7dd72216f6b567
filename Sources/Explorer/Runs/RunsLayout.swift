import Canvas

/// The panels of the experiments view, by the digit that chooses each.
package enum RunsPanel: Int, CaseIterable, Sendable {
  case runs = 1
  case curves, training, cells, difference, masks, record

  /// Panels that are about what the list has selected or marked.
  static let details = allCases.filter { $0 != .runs }
}

/// Where everything in the experiments view goes, for a terminal of a given size.
package struct RunsLayout: PanelLayout, Sendable, Hashable {
  package var header: Rect
  package var panels: [RunsPanel: Rect]
  package var hints: Rect

  /// - Parameters:
  ///   - recent: the panels in the order in which they were looked at, the latest first.
  ///   - hasHosts: whether the header has a second line, for other machines.
  package init(size: Size, recent: [RunsPanel], zoomed: Bool, hasHosts: Bool = false) {
    let top = hasHosts ? 2 : 1
    let body = max(0, size.height - top - 1)
    header = Rect(x: 0, y: 0, width: size.width, height: min(top, size.height))
    hints = Rect(x: 0, y: top + body, width: size.width, height: 1)
    panels = Self.place(
      in: Rect(x: 0, y: top, width: size.width, height: body), recent: recent, zoomed: zoomed)
  }

  private static func place(
    in area: Rect, recent: [RunsPanel], zoomed: Bool
  ) -> [RunsPanel: Rect] {
    let latest = recent.first ?? .runs
    if zoomed { return [latest: area] }
    let details = recent.filter { $0 != .runs }
    let (first, second) = (details.first ?? .curves, details.dropFirst().first ?? .training)

    if area.width < 60 {
      guard area.height >= 16 else { return [latest: area] }
      let parts = area.splitRows([.fixed(area.height * 2 / 5), .share(1)])
      return [.runs: parts[0], first: parts[1]]
    }
    let listWidth = min(56, max(34, area.width * 2 / 5))
    if area.height < 20 {
      let parts = area.splitColumns([.fixed(listWidth), .share(1)])
      return [.runs: parts[0], first: parts[1]]
    }
    if area.width < 130 || area.height < 26 {
      return medium(area, listWidth: listWidth, first, second)
    }
    return large(area, recent: recent)
  }

  /// The list with one panel beside it and one below; of the two the plot of curves is the wide one.
  private static func medium(
    _ area: Rect, listWidth: Int, _ first: RunsPanel, _ second: RunsPanel
  ) -> [RunsPanel: Rect] {
    let rows = area.splitRows([.share(1), .share(1)])
    let columns = rows[0].splitColumns([.fixed(listWidth), .share(1)])
    let wide: RunsPanel = first == .curves || second == .curves ? .curves : first
    let other = wide == first ? second : first
    return [.runs: columns[0], other: columns[1], wide: rows[1]]
  }

  private static func large(_ area: Rect, recent: [RunsPanel]) -> [RunsPanel: Rect] {
    let columns = area.splitColumns([.share(2), .share(3)])
    let left = columns[0].splitRows([.share(2), .share(3)])
    let isHigh = area.height >= 44
    let right = columns[1].splitRows(
      isHigh ? [.share(9), .share(7), .minimum(10, weight: 5)] : [.share(1), .share(1)])
    let top = right[0].splitColumns([.share(1), .share(1)])
    let bottom = right[1].splitColumns([.share(1), .share(1)])
    var panels: [RunsPanel: Rect] = [
      .runs: left[0], .cells: left[1], .curves: top[0], .training: top[1],
    ]
    let rest: [RunsPanel] = [.difference, .masks, .record]
    if isHigh {
      (panels[.difference], panels[.masks], panels[.record]) = (bottom[0], bottom[1], right[2])
    } else {
      let latest = rest.filter(Set(recent.filter(rest.contains).prefix(2)).contains)
      for (panel, rect) in zip(latest, bottom) { panels[panel] = rect }
    }
    return panels
  }
}
