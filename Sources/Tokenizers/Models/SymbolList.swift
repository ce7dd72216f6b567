/// The tokens of a word while its pairs are being joined: a list linked through an array.
struct SymbolList {
  private struct Symbol {
    var id: Int32
    /// In bytes of the word; 0 once the symbol was joined to the one before it.
    var length: Int32
    /// Neighbours; -1 at the ends.
    var previous: Int32
    var next: Int32
  }

  /// A pair that may join: it begins with the symbol at `position`.
  private struct Candidate: Comparable {
    var merge: MergeTable.Merge
    var position: Int32

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.merge.rank, left.position) < (right.merge.rank, right.position)
    }

    static func == (left: Candidate, right: Candidate) -> Bool {
      (left.merge.rank, left.position) == (right.merge.rank, right.position)
    }
  }

  private var symbols: [Symbol] = []

  init(capacity: Int) {
    symbols.reserveCapacity(capacity)
  }

  mutating func append(_ id: Int32, length: Int) {
    let place = Int32(symbols.count)
    if place > 0 { symbols[Int(place) - 1].next = place }
    symbols.append(Symbol(id: id, length: Int32(length), previous: place - 1, next: -1))
  }

  /// Calls the closure with each token and its length.
  func forEachToken(_ body: (Int32, Int) -> Void) {
    for symbol in symbols where symbol.length > 0 { body(symbol.id, Int(symbol.length)) }
  }

  /// Joins the pair of lowest rank, the leftmost of equals, until there is none.
  mutating func merge(by table: MergeTable) {
    var queue = MinimumHeap<Candidate>()
    for position in symbols.indices.dropLast() { push(position, table, to: &queue) }
    while let candidate = queue.popMinimum() {
      let position = Int(candidate.position)
      let left = symbols[position]
      // What was queued may have been joined otherwise since.
      guard left.length > 0, left.next >= 0 else { continue }
      let right = symbols[Int(left.next)]
      guard table[left.id, right.id]?.id == candidate.merge.id else { continue }
      symbols[position].id = candidate.merge.id
      symbols[position].length += right.length
      symbols[position].next = right.next
      symbols[Int(left.next)].length = 0
      if right.next >= 0 {
        symbols[Int(right.next)].previous = Int32(position)
        push(position, table, to: &queue)
      }
      if left.previous >= 0 { push(Int(left.previous), table, to: &queue) }
    }
  }

  private func push(_ position: Int, _ table: MergeTable, to queue: inout MinimumHeap<Candidate>) {
    let left = symbols[position]
    guard let merge = table[left.id, symbols[Int(left.next)].id] else { return }
    queue.push(Candidate(merge: merge, position: Int32(position)))
  }
}
