import Foundation

/// Runs Slurm's commands, which may wait for a controller that is down: each has a limit.
package enum SlurmCommand {
  struct Output: Sendable, Hashable {
    var status: Int32
    var text: String
    var errors: String
  }

  /// Runs a command and waits for it.
  ///
  /// - Parameters:
  ///   - seconds: after which it is ended.
  ///   - environment: variables beside those of this process; nil takes one of them away.
  /// - Throws: `SlurmError.missing`, `.silent`; a status that is not 0 is the caller's.
  static func run(
    _ command: String, _ arguments: [String], seconds: Int = 30,
    environment: [String: String?] = [:]
  ) throws(SlurmError) -> Output {
    guard let program = path(of: command) else { throw .missing(command: command) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment.reduce(into: ProcessInfo.processInfo.environment) {
      $0[$1.key] = $1.value
    }
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch {
      throw .refused(command: command, reason: "it cannot be started: \(error).")
    }
    // Read beside it: a long answer would fill the pipe, and the command wait for ever.
    let texts = [output, errors].map { PipeText($0.fileHandleForReading) }
    guard ended.wait(timeout: .now() + .seconds(seconds)) == .success else {
      kill(process.processIdentifier, SIGKILL)
      throw .silent(command: command, seconds: seconds)
    }
    return Output(
      status: process.terminationStatus, text: texts[0].wait(), errors: texts[1].wait())
  }

  /// Runs a command that must succeed.
  ///
  /// - Returns: what it has printed.
  static func answer(
    _ command: String, _ arguments: [String], seconds: Int = 30,
    environment: [String: String?] = [:]
  ) throws(SlurmError) -> String {
    let output = try run(command, arguments, seconds: seconds, environment: environment)
    guard output.status == 0 else {
      throw .refused(command: command, reason: reason(output.errors))
    }
    return output.text
  }

  /// Characters of what a command says that are passed on.
  private static let longestReason = 400

  /// What a command says of its failure, without its name in front of each line.
  static func reason(_ errors: String) -> String {
    let lines = errors.split(whereSeparator: \.isNewline).map { line in
      line.replacing(/^[a-z]+: (error: )?/, with: "")
    }
    var text = lines.filter { !$0.isEmpty }.joined(separator: "; ")
    if text.count > longestReason { text = text.prefix(longestReason) + "…" }
    return text.isEmpty ? "it has failed without a word." : text + (text.hasSuffix(".") ? "" : ".")
  }

  /// The file that a command's name stands for; nil where there is none.
  package static func path(of command: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return folders.split(separator: ":").lazy.map { "\($0)/\(command)" }
      .first { access($0, X_OK) == 0 }
  }
}

/// All text that comes out of a pipe, read by a thread of its own.
private final class PipeText: @unchecked Sendable {
  // Written before the signal, read after it.
  private var data = Data()
  private let ended = DispatchSemaphore(value: 0)

  init(_ handle: FileHandle) {
    let thread = Thread { [self] in
      data = (try? handle.readToEnd()) ?? Data()
      ended.signal()
    }
    thread.start()
  }

  /// What has come; a grandchild that keeps the pipe open is not waited for.
  func wait() -> String {
    guard ended.wait(timeout: .now() + .seconds(2)) == .success else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}
