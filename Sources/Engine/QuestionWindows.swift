import Tokenizers

extension Tokenizer {
  /// The windows in which a question's context is read, as transformers' `run_qa.py` makes them.
  ///
  /// - Parameters:
  ///   - maxLength: the most tokens of a window, which holds the question too.
  ///   - stride: how many tokens of the context two neighbouring windows share; fewer where that
  ///     would be more than half of what a short window has room for.
  func windows(
    ofQuestion question: String, about context: String, maxLength: Int, stride: Int
  ) -> [Encoding] {
    // The most special tokens that a pair has: RoBERTa's.
    let room = max(0, maxLength - 4)
    // Some questions begin with many spaces, which `run_qa.py` removes too.
    return encodeWindows(
      String(question.drop(while: \.isWhitespace)), context, maxLength: maxLength,
      stride: min(stride, room / 2))
  }
}
