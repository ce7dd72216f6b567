/// How many tokens of each text are kept so that both fit.
enum Truncation {
  /// Cuts the longer text first, and both alike once they are of one length; an odd token goes to
  /// the text that was longer, or to the second. (Hugging Face's `longest_first`.)
  ///
  /// - Parameter room: for the tokens of both texts together.
  static func longestFirst(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    var (shorter, longer) = (min(first, second), max(first, second))
    longer = shorter > room ? shorter : max(shorter, room - shorter)
    if shorter + longer > room {
      shorter = room / 2
      longer = shorter + room % 2
    }
    return first > second ? (longer, shorter) : (shorter, longer)
  }

  /// The windows of a text that is longer than one: each begins `window - stride` tokens after the
  /// one before, so that they share `stride` tokens; the last reaches the end.
  static func windows(of count: Int, window: Int, stride: Int) -> [Range<Int>] {
    guard count > window else { return [0..<count] }
    precondition(stride < window, "windows that share all their tokens never end")
    var windows: [Range<Int>] = []
    var start = 0
    while true {
      let end = min(start + window, count)
      windows.append(start..<end)
      if end == count { return windows }
      start += window - stride
    }
  }
}
