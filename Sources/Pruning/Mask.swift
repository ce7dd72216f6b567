import CKernels

/// Which weights of one matrix are kept: one bit a weight, set where it is.
package struct Mask: Sendable, Hashable {
  /// Weights that the mask covers, in the order in which the file holds them.
  package let count: Int
  /// The first weight's bit is the lowest of the first word; bits past the last are zero.
  package private(set) var words: [UInt64]

  /// A mask that keeps everything.
  package init(keepingAll count: Int) {
    self.count = count
    words = [UInt64](repeating: .max, count: (count + 63) / 64)
    if !count.isMultiple(of: 64), count > 0 { words[words.count - 1] = ~0 >> (64 - count % 64) }
  }

  /// A mask whose words the closure fills.
  init(count: Int, _ fill: (UnsafeMutablePointer<UInt64>) -> Void) {
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
    words.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { fill(start) }
    }
  }

  /// A mask of given words, as `words` has them.
  package init(words: [UInt64], count: Int) {
    precondition(words.count == (count + 63) / 64, "\(words.count) words for \(count) weights")
    self.count = count
    self.words = words
    if !count.isMultiple(of: 64), count > 0 {
      self.words[words.count - 1] &= ~0 >> (64 - count % 64)
    }
  }

  /// Whether a weight is kept.
  package subscript(index: Int) -> Bool {
    precondition(index >= 0 && index < count, "weight \(index) of \(count)")
    return words[index / 64] >> UInt64(index % 64) & 1 == 1
  }

  /// How many weights are kept, of all or of a range of them.
  package var kept: Int { kept(in: 0..<count) }

  package func kept(in range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return count_kept(words, range.lowerBound, range.upperBound)
  }

  /// Gives the index of each weight that is kept, in order.
  package func forEachKept(_ body: (Int) -> Void) {
    for (place, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        body(64 * place + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
  }

  /// Keeps no more what the closure says of the weights that are kept, asked in order.
  package mutating func remove(where isRemoved: (Int) -> Bool) {
    for place in words.indices {
      var rest = words[place]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        if isRemoved(64 * place + bit) { words[place] &= ~(1 << UInt64(bit)) }
        rest &= rest - 1
      }
    }
  }

  /// Writes +0 over the weights that are not kept.
  package func zeroRemoved(_ weights: UnsafeMutableBufferPointer<Float>) {
    precondition(weights.count == count, "\(weights.count) weights under a mask of \(count)")
    remove_unkept(weights.baseAddress, MemoryLayout<Float>.size, count, words)
  }
}
