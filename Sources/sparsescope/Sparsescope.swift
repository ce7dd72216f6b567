import ArgumentParser
import Foundation

@main
struct Sparsescope: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsescope",
    abstract: "Explore the weight sparsity of pre-trained transformers in the terminal.",
    discussion: """
      Without a command it opens the explorer: on the small embedded model, or on the folder or \
      file of safetensors that is given. Press ? there for the keys.
      """,
    version: Version.text,
    subcommands: [
      Explore.self, Inspect.self, Prune.self, Evaluate.self, Train.self, ParityCommand.self,
      Bench.self,
      Download.self, Themes.self, Paths.self,
    ],
    defaultSubcommand: Explore.self)

  /// Runs the command line and leaves with 0 when it is done, 1 when it failed, 2 when it was used
  /// wrongly.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      leave(with: error)
    }
  }

  private static func leave(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let text = fullMessage(for: error)
    guard code != .success else {
      if !text.isEmpty { print(text) }
      Foundation.exit(0)
    }
    if !text.isEmpty { StandardError.write(text) }
    Foundation.exit(code == .validationFailure ? 2 : code.rawValue)
  }
}

/// The program's version, as `--version` and every record of a result give it.
enum Version {
  static let text = "0.1.0"
}

/// Lines for the person: progress and messages, never results.
enum StandardError {
  static func write(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
