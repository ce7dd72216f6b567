/// The tokens that a model made of words: ids, and how many bytes of the word each covers.
struct ModelTokens: Sendable {
  private(set) var ids: [Int32] = []
  private(set) var lengths: [Int32] = []

  var count: Int { ids.count }

  @inline(__always)
  mutating func append(_ id: Int32, length: Int) {
    ids.append(id)
    lengths.append(Int32(truncatingIfNeeded: length))
  }

  mutating func removeSubrange(from first: Int) {
    ids.removeSubrange(first...)
    lengths.removeSubrange(first...)
  }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }
}
