/// Finds a question's answer from what a model says of each window of its context.
///
/// The rules of transformers' `run_qa.py` (`postprocess_qa_predictions`): the start and the end are
/// each among the `candidates` most likely tokens of a window, the end not before the start, both in
/// the context and at most `maximumLength` tokens; the pair with the largest sum of logits over all
/// windows wins, the earlier one of equals. Where there may be no answer, the smallest sum of the
/// first token's logits over the windows must not exceed it.
package struct AnswerSearch: Sendable, Hashable {
  /// How many starts and ends are tried in each window: the n-best size.
  package var candidates = 20
  /// Tokens that an answer has at most.
  package var maximumLength = 30
  /// Whether no answer is an answer.
  package var mayBeImpossible = false

  package init(mayBeImpossible: Bool = false) { self.mayBeImpossible = mayBeImpossible }

  /// A part of the context with the model's logits, one for each token of the window.
  package struct Window {
    package var starts: [Float]
    package var ends: [Float]
    /// The window's tokens that are of the context.
    package var context: Range<Int>
    /// Where each token lies in the context, in UTF-8 bytes.
    package var offsets: [Range<Int>]

    package init(
      starts: [Float], ends: [Float], context: Range<Int>, offsets: [Range<Int>]
    ) {
      self.starts = starts
      self.ends = ends
      self.context = context
      self.offsets = offsets
    }
  }

  /// The answer's text; empty where there is none.
  package func answer(in windows: [Window], of context: String) -> String {
    var best: Span?
    for window in windows {
      forEachSpan(in: window) { span in
        if span.score > best?.score ?? -.infinity { best = span }
      }
    }
    guard let best else { return "" }
    if mayBeImpossible, nothing(in: windows) > best.score { return "" }
    return String(decoding: Array(context.utf8)[best.bytes], as: UTF8.self)
  }

  /// The best answers, at most `candidates`, the best first, each with its sum of logits.
  package func answers(
    in windows: [Window], of context: String
  ) -> [(text: String, score: Float)] {
    var spans: [Span] = []
    for window in windows { forEachSpan(in: window) { spans.append($0) } }
    // The sort is stable, so the earlier one of equals comes first.
    spans.sort { $0.score > $1.score }
    let bytes = Array(context.utf8)
    var answers = spans.prefix(candidates).map { span in
      (text: String(decoding: bytes[span.bytes], as: UTF8.self), score: span.score)
    }
    if mayBeImpossible {
      let none = (text: "", score: nothing(in: windows))
      answers.insert(none, at: answers.firstIndex { $0.score < none.score } ?? answers.count)
    }
    return answers
  }

  /// A part of the context, in UTF-8 bytes, with its sum of logits.
  private struct Span {
    var score: Float
    var bytes: Range<Int>
  }

  private func forEachSpan(in window: Window, _ body: (Span) -> Void) {
    let ends = mostLikely(window.ends, in: window.context)
    for start in mostLikely(window.starts, in: window.context) {
      for end in ends where (start..<start + maximumLength).contains(end) {
        body(
          Span(
            score: window.starts[start] + window.ends[end],
            bytes: window.offsets[start].lowerBound..<window.offsets[end].upperBound))
      }
    }
  }

  /// The sum of logits of there being no answer.
  private func nothing(in windows: [Window]) -> Float {
    windows.map { ($0.starts.first ?? 0) + ($0.ends.first ?? 0) }.min() ?? 0
  }

  /// The tokens of the context among those of the window with the largest logits, the best first;
  /// as in `run_qa.py` the tokens around the context take places too.
  private func mostLikely(_ logits: [Float], in context: Range<Int>) -> [Int] {
    logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }
      .prefix(candidates).filter(context.contains)
  }
}
