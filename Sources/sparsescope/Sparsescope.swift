import ArgumentParser
import Foundation

@main
struct Sparsescope: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsescope",
    abstract: "Explore the weight sparsity of pre-trained transformers in the terminal.",
    discussion: """
      Without a command it opens the explorer: on the small embedded model, or on the folder or \
      file of safetensors or of PyTorch that is given. Press ? there for the keys.
      """,
    version: Version.text,
    subcommands: [
      Explore.self, Inspect.self, Prune.self, Evaluate.self, Predict.self, Finetune.self,
      Run.self, Reproduce.self, RunsCommand.self, Events.self, Score.self, Tokenize.self,
      Train.self, Download.self, ParityCommand.self, Bench.self, Themes.self, Paths.self,
    ],
    defaultSubcommand: Explore.self)

  /// Runs the command line and leaves with 0 when it is done, 1 when it failed, 2 when it was used
  /// wrongly.
  static func main() {
    explainLostFiles()
    var running: (any ParsableCommand.Type)?
    do {
      var command = try parseAsRoot()
      running = type(of: command)
      try command.run()
      // What `print` could not write is known only now.
      if fflush(nil) != 0 {
        throw CommandError("Standard output: \(String(cString: strerror(errno))).")
      }
    } catch {
      leave(with: error, from: running)
    }
  }

  /// A mapped file that is cut short while it is read ends a program with SIGBUS: say so.
  private static func explainLostFiles() {
    signal(SIGBUS) { _ in
      let text: StaticString = "Error: a file of the model was cut short while it was open.\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(1)
    }
  }

  /// - Parameter command: the one that was running; nil where none was yet.
  private static func leave(
    with error: any Error, from command: (any ParsableCommand.Type)?
  ) -> Never {
    let code = exitCode(for: error)
    var text = fullMessage(for: error)
    // Of itself the parser would tell the usage of the whole program.
    if let command, let misuse = error as? ValidationError {
      text = "Error: \(misuse.message)\n\(usageString(for: command))"
    }
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
    // Who has closed standard error does not want to know.
    try? FileHandle.standardError.write(contentsOf: Data((line.printable + "\n").utf8))
  }
}

/// Results.
enum StandardOutput {
  static func write(_ data: Data) throws(CommandError) {
    do {
      try FileHandle.standardOutput.write(contentsOf: data)
    } catch {
      throw CommandError("Standard output cannot be written: \(String(cString: strerror(errno))).")
    }
  }
}

extension String {
  /// The text without what could command a terminal: control characters other than line feeds, and
  /// marks that turn the direction of writing. Names come from files.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control where scalar != "\n": "?"
          case .format where scalar.properties.isBidiControl: "?"
          default: scalar
          }
        }))
  }
}
