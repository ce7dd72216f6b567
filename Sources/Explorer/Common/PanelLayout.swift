import Canvas

/// Where everything on a screen goes, for a terminal of a given size.
///
/// Small terminals show fewer panels, never clipped ones: the panels that do not fit are one key
/// away, and the one that was looked at last is the one that stays.
protocol PanelLayout {
  associatedtype PanelName: Hashable & CaseIterable where PanelName.AllCases == [PanelName]

  var header: Rect { get }
  var panels: [PanelName: Rect] { get }
  var hints: Rect { get }
}

extension PanelLayout {
  /// Below this size a screen asks for a larger terminal.
  static var minimum: Size { Size(width: 40, height: 12) }

  /// The panel of the list that the filter narrows.
  static var firstPanel: PanelName { PanelName.allCases[0] }
}
