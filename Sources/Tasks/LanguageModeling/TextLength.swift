import Foundation

/// How long a text is, apart from any tokenizer: what the perplexity of models with different
/// vocabularies is taken over so that it compares.
package struct TextLength: Sendable, Hashable {
  /// What is left when the text is split at white space, an empty part at either end included, as
  /// Python's `re.split(r"\s+", text)` counts.
  package let words: Int
  /// Bytes in UTF-8.
  package let bytes: Int

  package init(of text: String) {
    var gaps = 0
    var isInGap = false
    for scalar in text.unicodeScalars {
      let isSpace = Self.isSpace(scalar)
      if isSpace, !isInGap { gaps += 1 }
      isInGap = isSpace
    }
    words = gaps + 1
    bytes = text.utf8.count
  }

  /// What a text's log-likelihood, in nats, comes to.
  ///
  /// Source: `weighted_perplexity` and `bits_per_byte` of EleutherAI's lm-evaluation-harness.
  package func metrics(logLikelihood: Double) -> [String: Double] {
    [
      "word_perplexity": exp(-logLikelihood / Double(words)),
      "byte_perplexity": exp(-logLikelihood / Double(bytes)),
      "bits_per_byte": -logLikelihood / (Double(bytes) * log(2)),
    ]
  }

  /// Python counts the four separators of ASCII as white space, which Unicode does not.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    ("\u{1c}"..."\u{1f}").contains(scalar) || scalar.properties.isWhitespace
  }
}
