/// The tokens of one text.
struct TextTokens: Sendable {
  private(set) var ids: [Int] = []
  /// Empty unless they are tracked.
  private(set) var offsets: [Range<Int>] = []
  var tracksOffsets = false

  var count: Int { ids.count }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func append(_ id: Int, offset: Range<Int>) {
    ids.append(id)
    if tracksOffsets { offsets.append(offset) }
  }

  /// Appends a token where offsets are not tracked.
  @inline(__always)
  mutating func append(_ id: Int32) {
    ids.append(Int(id))
  }
}
