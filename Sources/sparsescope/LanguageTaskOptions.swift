import ArgumentParser
import Tasks

/// How a task of language models is set up.
struct LanguageTaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tokens of a window of text, for perplexity; unless given as many as the model takes, at most "
        + "2048.", valueName: "tokens"))
  var window: Int?

  @Option(
    help: ArgumentHelp(
      """
      How a text is divided for its perplexity. fixed: windows one behind the other, the rest left \
      out, as in the code of GPTQ, SparseGPT and Wanda. strided: windows that overlap, as in \
      transformers' documentation. rolling: every token once, as lm-evaluation-harness does; it \
      gives word_perplexity, byte_perplexity and bits_per_byte too.
      """, valueName: "fixed|strided|rolling"))
  var windows = PerplexityWindows.Kind.fixed

  @Option(
    help: ArgumentHelp(
      "Tokens from one strided window to the next; half a window unless given.",
      valueName: "tokens"))
  var stride: Int?

  @Option(
    help: ArgumentHelp(
      "Solved examples in front of each question of MMLU, from dev.", valueName: "count"))
  var shots = 0

  func validate() throws {
    if let window, window < 2 { throw ValidationError("--window \(window) must be at least 2.") }
    if let stride {
      guard windows == .strided else {
        throw ValidationError("--stride \(stride) is for --windows strided.")
      }
      guard stride > 0 else { throw ValidationError("--stride \(stride) must be at least 1.") }
    }
    if shots < 0 { throw ValidationError("--shots \(shots) must not be negative.") }
  }

  func apply(to request: inout TaskRequest?) {
    request?.windows = windows
    request?.stride = stride
    request?.shots = shots
  }
}

extension PerplexityWindows.Kind: ExpressibleByArgument {}
