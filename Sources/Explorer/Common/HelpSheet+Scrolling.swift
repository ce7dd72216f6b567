import Canvas

extension HelpSheet {
  /// The size that the help's box asks for.
  static let boxSize = Size(width: 100, height: 46)

  /// Where a key scrolls the help to on a screen of that size; nil for a key that closes it.
  func offset(after key: Key, on size: Size) -> Int? {
    let inner = Rect(size).overlay(Self.boxSize).inset(horizontal: 2, vertical: 1)
    let last = maxOffset(in: inner)
    let wanted: Int
    switch key {
    case .arrow(.down, _), .character("j"): wanted = offset + 1
    case .arrow(.up, _), .character("k"): wanted = offset - 1
    case .pageDown, .character(" "): wanted = offset + 10
    case .pageUp: wanted = offset - 10
    case .home, .character("g"): wanted = 0
    case .end, .character("G"): wanted = last
    default: return nil
    }
    return min(max(0, wanted), last)
  }
}
