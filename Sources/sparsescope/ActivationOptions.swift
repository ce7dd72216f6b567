import ArgumentParser
import Engine

/// How much memory may hold what the dense model computed, for passes that change later blocks only.
struct ActivationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Memory for activations of the dense model, in MB: where only later blocks are pruned, the \
      blocks before them are not computed again. 0 keeps none.
      """, valueName: "MB"))
  var activationMemory = 512

  func validate() throws {
    guard (0...1_000_000) ~= activationMemory else {
      throw ValidationError(
        "--activation-memory \(activationMemory) must be from 0 to 1000000 megabytes.")
    }
  }

  var bytes: Int { activationMemory * 1_000_000 }
}
