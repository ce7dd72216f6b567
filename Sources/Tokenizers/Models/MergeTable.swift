/// Which pairs of tokens join, in which order, and to what.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    /// Pairs of lower rank join first.
    var rank: Int32
    /// The token that they become.
    var id: Int32
  }

  private struct Slot {
    var pair: UInt64
    var merge: Merge
  }

  /// No pair: ids are less than 2^31.
  private static let free = UInt64.max
  private var slots: [Slot]
  private var count = 0

  init(capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = Array(
      repeating: Slot(pair: Self.free, merge: Merge(rank: 0, id: 0)), count: size)
  }

  /// Adds a pair; one that is there already gets the new rank.
  mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
    precondition(count * 2 < slots.count, "more merges than announced")
    let slot = place(of: Self.pair(left, right))
    if slots[slot].pair == Self.free { count += 1 }
    slots[slot] = Slot(pair: Self.pair(left, right), merge: merge)
  }

  @inline(__always)
  subscript(left: Int32, right: Int32) -> Merge? {
    let slot = slots[place(of: Self.pair(left, right))]
    return slot.pair == Self.free ? nil : slot.merge
  }

  @inline(__always)
  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func place(of pair: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    while slots[slot].pair != pair, slots[slot].pair != Self.free {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }
}
