import ArgumentParser
import Experiments
import Runs

struct RunsMasks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "masks",
    abstract: "Compare the masks that two runs have kept, or those of one run among each other.",
    discussion: """
      Cosines of the masks as 0/1 vectors beside what two random masks of the same sizes have, and \
      the Jaccard index of the pruned sets; of the first task and seed of each run.
      """)

  @OptionGroup var argument: RunArgument

  @Argument(help: "Another run of the same model; the same run unless given.")
  var other: String?

  @Flag(help: "Also matrix by matrix, for masks of the same method and level.")
  var matrices = false

  @Flag(help: "Print JSON, with the figures of every matrix.")
  var json = false

  func run() throws {
    let first = try argument.open()
    let second =
      try other.map { try ((try? RunPlaces.store()) ?? RunStore(folder: ".")).find($0) } ?? first
    let comparison = try MaskComparison(first, second)
    if json { return try JSONOutput.print(comparison) }
    var blocks = [comparison.text, comparison.jaccardText]
    if matrices { blocks.append(comparison.matrixText) }
    print(blocks.filter { !$0.isEmpty }.joined(separator: "\n\n").printable)
  }
}
