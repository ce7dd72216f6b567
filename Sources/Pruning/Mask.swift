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
}
