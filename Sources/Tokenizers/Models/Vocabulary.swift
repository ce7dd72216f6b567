/// Tokens and their ids, both ways.
///
/// Tokens are told apart by their UTF-8; Swift's strings would take canonically equivalent ones for
/// the same.
struct Vocabulary: Sendable {
  /// Ids from here on are refused: they would make the table from ids to tokens absurdly large.
  static let idLimit = 1 << 24

  /// All tokens, one after the other.
  private var bytes: [UInt8] = []
  /// Where each token starts in `bytes`; one more than there are tokens.
  private var starts: [Int32] = [0]
  private var ids: [Int32] = []
  /// Hash table of indices into `ids`, -1 where free; its size is a power of two.
  private var slots: [Int32] = Array(repeating: -1, count: 64)
  /// The index of the token with an id; -1 where there is none.
  private var indexByID: [Int32] = []
  /// The length in bytes of the longest token.
  private(set) var longest = 0

  /// The number of tokens.
  var count: Int { ids.count }

  init() {}

  /// Adds a token; a token that is there already gets the new id.
  ///
  /// - Parameter id: at least 0 and less than `idLimit`.
  mutating func add(_ token: [UInt8], id: Int) {
    var slot = Self.hash(token.span, 0..<token.count).slot(of: slots.count)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if matches(index, token.span, 0..<token.count) {
        ids[index] = Int32(id)
        note(index, id: id)
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(ids.count)
    note(ids.count, id: id)
    ids.append(Int32(id))
    bytes.append(contentsOf: token)
    starts.append(Int32(bytes.count))
    longest = max(longest, token.count)
    if ids.count * 2 > slots.count { grow() }
  }

  private mutating func note(_ index: Int, id: Int) {
    if id >= indexByID.count {
      indexByID.append(contentsOf: repeatElement(-1, count: id + 1 - indexByID.count))
    }
    indexByID[id] = Int32(index)
  }

  private mutating func grow() {
    let count = slots.count * 2
    slots = Array(repeating: -1, count: count)
    for index in ids.indices {
      let range = Int(starts[index])..<Int(starts[index + 1])
      var slot = Self.hash(bytes.span, range).slot(of: count)
      while slots[slot] >= 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = Int32(index)
    }
  }

  /// The id of a token.
  func id(of token: [UInt8]) -> Int? {
    id(of: token.span, 0..<token.count, hash: Self.hash(token.span, 0..<token.count)).map(Int.init)
  }

  func id(of token: String) -> Int? { id(of: Array(token.utf8)) }

  /// The id of the token that a range of a text is.
  func id(of text: Span<UInt8>, _ range: Range<Int>) -> Int32? {
    id(of: text, range, hash: Self.hash(text, range))
  }

  /// The same, where the hash is known.
  @inline(__always)
  func id(of text: Span<UInt8>, _ range: Range<Int>, hash: TokenHash) -> Int32? {
    var slot = hash.slot(of: slots.count)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if matches(index, text, range) { return ids[index] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The token with an id, in UTF-8.
  func token(_ id: Int) -> ArraySlice<UInt8>? {
    guard indexByID.indices.contains(id), indexByID[id] >= 0 else { return nil }
    let index = Int(indexByID[id])
    return bytes[Int(starts[index])..<Int(starts[index + 1])]
  }

  /// Calls the closure with each token and its id, in the order in which they were added.
  func forEachToken(_ body: (ArraySlice<UInt8>, Int) -> Void) {
    for (index, id) in ids.enumerated() {
      body(bytes[Int(starts[index])..<Int(starts[index + 1])], Int(id))
    }
  }

  @inline(__always)
  private func matches(_ index: Int, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let start = Int(starts[index])
    guard Int(starts[index + 1]) - start == range.count else { return false }
    for offset in 0..<range.count
    where bytes[start + offset] != text[range.lowerBound + offset] {
      return false
    }
    return true
  }

  private static func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> TokenHash {
    var hash = TokenHash()
    for index in range { hash.add(text[index]) }
    return hash
  }
}

/// A hash of bytes that grows with each byte, so that all beginnings of a word are hashed in one go
/// (FNV-1a, 64 bits).
struct TokenHash: Sendable, Equatable {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  @inline(__always)
  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  /// Where to look first in a table whose size is a power of two.
  @inline(__always)
  func slot(of count: Int) -> Int {
    Int(truncatingIfNeeded: value ^ value >> 32) & (count - 1)
  }
}
