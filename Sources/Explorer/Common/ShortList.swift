import Canvas

/// A short list from which one thing is chosen; it has one at least.
package struct ShortList<Choice: Sendable>: Sendable {
  package let choices: [Choice]
  package private(set) var selection: Int

  init(_ choices: [Choice], selection: Int = 0) {
    precondition(choices.indices.contains(selection), "a list selects one of its choices")
    self.choices = choices
    self.selection = selection
  }

  package var count: Int { choices.count }

  var selected: Choice { choices[selection] }

  /// What a key does to a list.
  enum Answer { case moved, kept, left }

  /// Takes a key; steps go round at the ends.
  ///
  /// - Parameter letter: the key that opens the list; pressed again it steps on.
  /// - Returns: nil for a key that lists do not know.
  mutating func take(_ key: Key, openedBy letter: Character) -> Answer? {
    let last = count - 1
    switch key {
    case .enter, .character(" "): return .kept
    case .escape, .character("q"), .control("c"): return .left
    case .arrow(.down, _), .character("j"), .tab, .character(letter):
      selection = selection == last ? 0 : selection + 1
    case .arrow(.up, _), .character("k"), .backtab:
      selection = selection == 0 ? last : selection - 1
    case .pageDown: selection = min(selection + 10, last)
    case .pageUp: selection = max(selection - 10, 0)
    case .home: selection = 0
    case .end: selection = last
    default: return nil
    }
    return .moved
  }
}
