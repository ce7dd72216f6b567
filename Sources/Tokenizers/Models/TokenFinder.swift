/// Finds tokens in text.
struct TokenFinder: Sendable {
  /// A token, or the text between two.
  struct Part {
    var range: Range<Int>
    /// Nil for text between tokens.
    var id: Int?
  }

  private struct Entry {
    var content: [UInt8]
    var token: AddedToken
    var id: Int
  }

  /// By the first byte of their content, the longest first.
  private var entries: [[Entry]] = Array(repeating: [], count: 256)
  private(set) var isEmpty = true

  /// - Parameter content: what is looked for; nothing is when it is empty.
  mutating func add(_ content: [UInt8], _ token: AddedToken, id: Int) {
    guard let first = content.first.map(Int.init) else { return }
    isEmpty = false
    entries[first].removeAll { $0.content == content }
    let place = entries[first].firstIndex { $0.content.count < content.count }
    entries[first].insert(
      Entry(content: content, token: token, id: id), at: place ?? entries[first].count)
  }

  mutating func remove(_ id: Int) {
    for first in entries.indices { entries[first].removeAll { $0.id == id } }
    isEmpty = entries.allSatisfy(\.isEmpty)
  }

  /// Calls the closure with each part of a range of a text, in order; the text between tokens is
  /// left out where it is empty.
  func forEachPart(
    of text: Span<UInt8>, in range: Range<Int>, _ body: (Part) -> Void
  ) {
    guard !isEmpty else {
      if !range.isEmpty { body(Part(range: range)) }
      return
    }
    let text = text.extracting(0..<range.upperBound)
    var done = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      guard let found = entries[Int(text[index])].first(where: { text.has($0.content, at: index) })
      else {
        index += 1
        continue
      }
      let start = index
      let end = index + found.content.count
      index = end
      guard !found.token.isSingleWord || Self.isAlone(start..<end, in: text, from: range.lowerBound)
      else { continue }
      let right = found.token.stripsRight ? text.whitespaceEnd(from: end) : end
      var from = start
      if found.token.stripsLeft {
        // White space that an earlier token took is not taken again.
        from = min(max(text.whitespaceStart(before: start), done), right)
      }
      if done < from { body(Part(range: done..<from)) }
      body(Part(range: from..<right, id: found.id))
      done = right
    }
    if done < range.upperBound { body(Part(range: done..<range.upperBound)) }
  }

  private static func isAlone(
    _ range: Range<Int>, in text: Span<UInt8>, from textStart: Int
  ) -> Bool {
    if range.lowerBound > textStart {
      let before = text.scalar(at: text.scalarStart(before: range.lowerBound)).value
      if ScalarClass(of: before).contains(.word) { return false }
    }
    guard range.upperBound < text.count else { return true }
    return !ScalarClass(of: text.scalar(at: range.upperBound).value).contains(.word)
  }
}
