/// The memory that encoding needs, kept for the next text.
///
/// Unchecked because the pool of a `Tokenizer` gives it to one call at a time.
final class Workspace: @unchecked Sendable {
  struct Buffers {
    var text = AlignedText()
    var scratch = AlignedText()
    var pieces = Pieces()
    var cache = WordCache()
    /// The tokens of a word that is too long for the cache.
    var made = ModelTokens()
  }

  var buffers = Buffers()
  var first = TextTokens()
  var second = TextTokens()
}
