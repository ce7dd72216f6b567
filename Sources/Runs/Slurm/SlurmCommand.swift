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
    let answer: StartedProcess.Answer?
    do throws(RunError) {
      answer = try StartedProcess.answer(
        of: [program] + arguments, environment: environment, seconds: seconds, limit: mostBytes)
    } catch {
      throw .refused(command: command, reason: "\(error)")
    }
    guard let answer else { throw .silent(command: command, seconds: seconds) }
    guard !answer.isCut else {
      throw .refused(command: command, reason: "its answer is longer than \(mostBytes) bytes.")
    }
    return Output(
      // As a shell tells of a signal.
      status: answer.status ?? 128, text: String(decoding: answer.output, as: UTF8.self),
      errors: String(decoding: answer.errors, as: UTF8.self))
  }

  /// Bytes of an answer that are taken: a million tasks have fewer.
  private static let mostBytes = 1 << 28

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
