import ArgumentParser
import Foundation

@main
struct Sparsescope: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsescope",
    abstract: "Explore the weight sparsity of pre-trained transformers in the terminal.",
    discussion: """
      Without a command it opens the explorer: on the folder or file of safetensors or of PyTorch \
      that is given, else on the last one, at first the small embedded model. Press ? there for \
      the keys.
      """,
    version: Version.text,
    subcommands: [
      Explore.self, Inspect.self, Prune.self, Evaluate.self, Sensitivity.self, Predict.self,
      Finetune.self, Run.self, Reproduce.self, RunsCommand.self, Watch.self, Events.self,
      Score.self, Tokenize.self, Train.self, Download.self, ParityCommand.self, Bench.self,
      Themes.self, Paths.self,
    ],
    defaultSubcommand: Explore.self)

  /// Runs the command line and leaves with 0 when it is done, 1 when it failed, 2 when it was used
  /// wrongly.
  static func main() {
    explainLostFiles()
    fillStandardStreams()
    // A file that may not grow is then told of as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    var running: (any ParsableCommand.Type)?
    do {
      var command = try parseAsRoot(NegativeValues.joined(Array(CommandLine.arguments.dropFirst())))
      running = type(of: command)
      try command.run()
      // What `print` could not write is known only now.
      if fflush(nil) != 0 {
        throw CommandError("Standard output: \(String(cString: strerror(errno))).")
      }
      leave(0)
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

  /// Puts something in the place of standard streams that are closed, so that no file that is opened
  /// later gets their numbers, and with them what is meant for a person.
  private static func fillStandardStreams() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // The lowest free number is this one. What is written to standard output must still fail.
      _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
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
      text = "Error: \(misuse.message)\nUsage: \(usageString(for: command))"
    }
    guard code != .success else {
      if !text.isEmpty { print(text) }
      leave(0)
    }
    if !text.isEmpty { StandardError.write(text) }
    leave(code == .validationFailure ? 2 : code.rawValue)
  }

  /// Ends the program without tidying up: threads of the engine may be within OpenBLAS, which would
  /// unmap the memory that they work in. What has the terminal has given it back by now.
  private static func leave(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
  }
}

/// The program's version, as `--version` and every record of a result give it.
enum Version {
  static let text = "0.1.0"
}

/// Lines for the person: progress and messages, never results.
enum StandardError {
  static func write(_ line: String) { write(raw: line.printable + "\n") }

  /// Writes text as it is, which may move the cursor.
  static func write(raw text: String) {
    // Who has closed standard error, or filled its disk, does not want to know.
    _ = StandardOutput.write(Data(text.utf8), to: STDERR_FILENO)
  }

  /// Lets a work go on whose person has stopped reading how far it is, as `2>&1 | head` does.
  static func ignoreLostReader() { signal(SIGPIPE, SIG_IGN) }
}

/// Results.
enum StandardOutput {
  static func write(_ data: Data) throws(CommandError) {
    let code = write(data, to: STDOUT_FILENO)
    guard code == 0 else {
      throw CommandError("Standard output cannot be written: \(String(cString: strerror(code))).")
    }
  }

  /// Writes for whoever may stop reading at any time.
  ///
  /// - Returns: false where nobody reads any more.
  /// - Throws: what else goes wrong.
  static func writeToReader(_ data: Data) throws(CommandError) -> Bool {
    do {
      try write(data)
      return true
    } catch {
      // Without events only the reader's end, or a descriptor that is closed, is told.
      var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
      poll(&output, 1, 0)
      guard output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 else { throw error }
      return false
    }
  }

  /// Writes all bytes to a descriptor.
  ///
  /// - Returns: the system's error; 0 where there is none.
  fileprivate static func write(_ data: Data, to descriptor: Int32) -> Int32 {
    var written = 0
    while written < data.count {
      let count = data.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress! + written, data.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
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
