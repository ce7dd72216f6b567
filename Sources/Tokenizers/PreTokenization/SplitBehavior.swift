/// What becomes of the delimiter where a text is split.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  /// Delimiters that follow each other stay together.
  case contiguous = "Contiguous"
}

/// Turns a text's matches and the gaps between them into ranges, as a `SplitBehavior` says.
struct BehaviorSplitter {
  private let behavior: SplitBehavior
  private var start: Int
  private var previousWasMatch = false
  /// Where the range began that is not appended yet, because what follows may belong to it.
  private var held: Range<Int>?

  init(_ behavior: SplitBehavior, from start: Int) {
    self.behavior = behavior
    self.start = start
  }

  /// Takes the next part of the text, a match or a gap; an empty one is ignored.
  mutating func add(upTo end: Int, isMatch: Bool, into found: inout [Range<Int>]) {
    guard start < end else { return }
    defer {
      start = end
      previousWasMatch = isMatch
    }
    let part = start..<end
    switch behavior {
    case .removed:
      if !isMatch { found.append(part) }
    case .isolated:
      found.append(part)
    case .contiguous:
      hold(part, joining: isMatch == previousWasMatch, into: &found)
    case .mergedWithPrevious:
      hold(part, joining: isMatch && !previousWasMatch, into: &found)
    case .mergedWithNext:
      hold(part, joining: !isMatch && previousWasMatch, into: &found)
    }
  }

  mutating func finish(upTo end: Int, isMatch: Bool, into found: inout [Range<Int>]) {
    add(upTo: end, isMatch: isMatch, into: &found)
    if let held { found.append(held) }
  }

  private mutating func hold(
    _ part: Range<Int>, joining: Bool, into found: inout [Range<Int>]
  ) {
    if joining, let earlier = held {
      held = earlier.lowerBound..<part.upperBound
    } else {
      if let held { found.append(held) }
      held = part
    }
  }
}
