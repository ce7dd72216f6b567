/// Sentences or texts, packed one behind the other without padding.
package struct TokenBatch: Sendable {
  /// The ids of all tokens.
  package var ids: [Int]
  /// The kind of segment of each token; empty where the model knows none or all are 0.
  package var segments: [Int] = []
  /// The tokens of each sequence, in order, together all of `ids`.
  package var sequences: [Range<Int>]
  /// How many of a sequence's tokens can be attended to: fewer than it has where the rest is
  /// padding that shall be computed all the same.
  package var visible: [Int]

  package init(_ sequences: [[Int]], segments: [[Int]] = [], visible: [Int]? = nil) {
    ids = Array(sequences.joined())
    self.segments = Array(segments.joined())
    precondition(self.segments.isEmpty || self.segments.count == ids.count, "a segment a token")
    var start = 0
    self.sequences = sequences.map { tokens in
      defer { start += tokens.count }
      return start..<start + tokens.count
    }
    self.visible = visible ?? sequences.map(\.count)
  }
}

/// Images of one size.
package struct ImageBatch {
  /// [count, channels, height, width], normalised as the model expects; valid during the pass.
  package var pixels: UnsafeBufferPointer<Float>
  package var count: Int

  package init(pixels: UnsafeBufferPointer<Float>, count: Int) {
    self.pixels = pixels
    self.count = count
  }
}

/// What a model is given.
package enum ModelInput {
  case tokens(TokenBatch)
  case images(ImageBatch)
}
