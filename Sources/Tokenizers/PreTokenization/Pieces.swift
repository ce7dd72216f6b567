/// The ranges of a text that became separate so far, in order.
struct Pieces: Sendable {
  private(set) var ranges: [Range<Int>] = []
  /// Kept for its memory.
  private var spare: [Range<Int>] = []

  /// Starts anew with one range, unless it is empty.
  mutating func reset(to range: Range<Int>) {
    ranges.removeAll(keepingCapacity: true)
    if !range.isEmpty { ranges.append(range) }
  }

  /// Replaces each range by those that the closure appends for it.
  @inline(__always)
  mutating func splitEach(_ body: (Range<Int>, inout [Range<Int>]) -> Void) {
    spare.removeAll(keepingCapacity: true)
    for range in ranges { body(range, &spare) }
    swap(&ranges, &spare)
  }

  /// Splits each range at the scalars whose class matches.
  @inline(__always)
  mutating func split(
    _ text: Span<UInt8>, _ behavior: SplitBehavior, where matches: (ScalarClass) -> Bool
  ) {
    spare.removeAll(keepingCapacity: true)
    for range in ranges {
      var splitter = BehaviorSplitter(behavior, from: range.lowerBound)
      var index = range.lowerBound
      while index < range.upperBound {
        let (scalar, length) = text.scalar(at: index)
        if matches(ScalarClass(of: scalar)) {
          splitter.add(upTo: index, isMatch: false, into: &spare)
          splitter.add(upTo: index + length, isMatch: true, into: &spare)
        }
        index += length
      }
      splitter.finish(upTo: range.upperBound, isMatch: false, into: &spare)
    }
    swap(&ranges, &spare)
  }

  /// Replaces the text of each range by what the closure appends for it.
  @inline(__always)
  mutating func rewriteEach(
    _ text: inout AlignedText, scratch: inout AlignedText,
    _ body: (borrowing AlignedText, Range<Int>, inout AlignedText) -> Void
  ) {
    scratch.reset(like: text)
    for index in ranges.indices {
      let start = scratch.count
      body(text, ranges[index], &scratch)
      ranges[index] = start..<scratch.count
    }
    swap(&text, &scratch)
  }
}
