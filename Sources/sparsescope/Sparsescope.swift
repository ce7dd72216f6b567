import ArgumentParser

@main
struct Sparsescope: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsescope",
    abstract: "Explore the weight sparsity of pre-trained transformers in the terminal.",
    subcommands: [Train.self, ParityCommand.self])
}
