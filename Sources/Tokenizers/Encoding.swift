/// A text, or a pair of texts, as a model takes it.
package struct Encoding: Sendable, Equatable {
  /// Tokens that follow each other and come from the same text, or are special.
  package struct Run: Sendable, Equatable {
    package var count: Int
    /// The kind of segment, as models with two kinds (BERT) are told it.
    package var typeID: Int
    /// 0 for the first text, 1 for the second; nil for tokens that stand around the texts.
    package var sequence: Int?
  }

  package var ids: [Int]
  package var runs: [Run]
  /// Where each token comes from, in UTF-8 bytes of its own text, always whole scalars; 0..<0 for
  /// tokens that stand around the texts. Empty unless they were asked for.
  package var offsets: [Range<Int>] = []

  package var count: Int { ids.count }

  /// The kind of segment of each token.
  package var typeIDs: [Int] {
    runs.flatMap { repeatElement($0.typeID, count: $0.count) }
  }

  /// Whether each token was put around the texts; tokens that were written out in a text count as
  /// text.
  package var specialTokensMask: [Bool] {
    runs.flatMap { repeatElement($0.sequence == nil, count: $0.count) }
  }

  /// Which text each token comes from; nil for those around the texts.
  package var sequences: [Int?] {
    runs.flatMap { repeatElement($0.sequence, count: $0.count) }
  }

  /// The indices of the tokens of one text; empty at 0 when there are none.
  package func tokens(ofSequence sequence: Int) -> Range<Int> {
    var start = 0
    for run in runs {
      if run.sequence == sequence { return start..<start + run.count }
      start += run.count
    }
    return 0..<0
  }
}
