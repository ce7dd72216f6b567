/// A stretch of a text's tokens that a language model reads at once.
package struct TextWindow: Sendable, Hashable {
  /// What the model reads.
  package var tokens: [Int]
  /// The tokens, counted in `tokens`, whose likelihood counts here; each is predicted from all that
  /// stand before it, so the first is never among them.
  package var scored: Range<Int>

  package init(tokens: [Int], scored: Range<Int>) {
    precondition(scored.lowerBound > 0 && scored.upperBound <= tokens.count, "tokens \(scored)")
    self.tokens = tokens
    self.scored = scored
  }
}

/// How a text is divided for its perplexity; figures of different ways do not compare.
package enum PerplexityWindows: Sendable, Hashable {
  /// Windows that follow each other, each scored but for its first token; what is left over at the
  /// end is dropped. The perplexity of WikiText-2 in papers on pruning.
  ///
  /// Source: `eval_ppl_wikitext` in `lib/eval.py` of locuslab/wanda, after GPTQ's and SparseGPT's
  /// code.
  case fixed(length: Int)
  /// Windows that start `stride` tokens after each other, each scored where the one before it did
  /// not reach. With a stride of the length these are fixed windows with the left-over as one more.
  ///
  /// Source: "Perplexity of fixed-length models" in the documentation of transformers.
  case strided(length: Int, stride: Int)
  /// Every token is scored once: the first window stands after a prefix token, and each later one
  /// scores `length` tokens after the one before them; the last is filled with as much context as
  /// fits.
  ///
  /// Source: `loglikelihood_rolling` and `get_rolling_token_windows` of EleutherAI's
  /// lm-evaluation-harness, with its context length of 1.
  case rolling(length: Int, prefix: Int)

  /// The ways alone, as they are named on the command line.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case fixed, strided, rolling
  }

  /// What a figure must say about its windows.
  package var title: String {
    switch self {
    case .fixed(let length): "fixed windows of \(length) tokens"
    case .strided(let length, let stride): "windows of \(length) tokens every \(stride)"
    case .rolling(let length, _): "rolling windows of \(length) tokens"
    }
  }

  /// Divides a text.
  ///
  /// - Returns: no windows where the text is too short for one.
  package func windows(of tokens: [Int]) -> [TextWindow] {
    switch self {
    case .fixed(let length):
      precondition(length > 1, "windows of \(length) tokens predict nothing")
      return stride(from: 0, through: tokens.count - length, by: length).map {
        TextWindow(tokens: Array(tokens[$0..<$0 + length]), scored: 1..<length)
      }
    case .strided(let length, let step):
      precondition(length > 1 && (1...length).contains(step), "a stride of \(step) in \(length)")
      return strided(tokens, length: length, by: step)
    case .rolling(let length, let prefix):
      precondition(length > 0, "windows of \(length) tokens predict nothing")
      return rolling(tokens, length: length, after: prefix)
    }
  }

  private func strided(_ tokens: [Int], length: Int, by step: Int) -> [TextWindow] {
    var windows: [TextWindow] = []
    var scoredEnd = 0
    var start = 0
    while scoredEnd < tokens.count {
      let end = min(start + length, tokens.count)
      let first = max(scoredEnd - start, 1)
      if start + first < end {
        windows.append(TextWindow(tokens: Array(tokens[start..<end]), scored: first..<end - start))
      }
      scoredEnd = end
      start += step
    }
    return windows
  }

  private func rolling(_ tokens: [Int], length: Int, after prefix: Int) -> [TextWindow] {
    // All inputs are read from this one list, in which each token follows what predicts it.
    let all = [prefix] + tokens
    return stride(from: 1, to: all.count, by: length).map { first in
      let end = min(first + length, all.count)
      let start = max(0, end - 1 - length)
      return TextWindow(tokens: Array(all[start..<end]), scored: first - start..<end - start)
    }
  }
}
