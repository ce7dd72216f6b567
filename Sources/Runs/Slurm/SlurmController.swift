import Foundation
import Synchronization

/// Whether Slurm's controller answers: whoever wants several things of it asks this first.
///
/// Slurm's commands try a controller that is down for nine seconds, each of them. `scontrol ping`
/// tries once, and what it says counts for all that a command of this program asks.
package enum SlurmController {
  private struct Verdict {
    var error: SlurmError?
    var time: ContinuousClock.Instant
  }

  private static let verdict = Mutex<Verdict?>(nil)
  /// Held by who asks: who asks meanwhile waits for the same answer.
  private static let asking = Mutex(())
  /// How long an answer counts.
  private static let lifetime = Duration.seconds(5)
  /// A controller that has much to do answers late.
  private static let patience = 4

  /// - Throws: `SlurmError.down`, `.silent` where there is nobody to ask, and `.missing`.
  package static func require() throws(SlurmError) {
    let error = asking.withLock { _ in
      if let known = verdict.withLock({ $0 }), .now - known.time < lifetime { return known.error }
      let error = ping()
      remember(error)
      return error
    }
    if let error { throw error }
  }

  /// Asks for something, unless it is known already that nobody answers.
  static func ask<Answer>(
    _ question: () throws(SlurmError) -> Answer
  ) throws(SlurmError) -> Answer {
    try require()
    do {
      return try question()
    } catch {
      if case .silent = error { remember(error) }
      throw error
    }
  }

  /// nil is that the controller answers.
  private static func remember(_ error: SlurmError?) {
    verdict.withLock { $0 = Verdict(error: error, time: .now) }
  }

  private static func ping() -> SlurmError? {
    do throws(SlurmError) {
      let ping = try SlurmCommand.run("scontrol", ["ping"], seconds: patience)
      return ping.status == 0 ? nil : problem(of: ping)
    } catch {
      return error
    }
  }

  /// What is wrong where `scontrol ping` has failed; nil where it does not say that nobody answers,
  /// and the command that is asked next knows more.
  static func problem(of ping: SlurmCommand.Output) -> SlurmError? {
    let lines = ping.text.split(whereSeparator: \.isNewline)
    if lines.contains(where: { $0.hasSuffix(" is UP") }) { return nil }
    if let down = lines.first(where: { $0.hasSuffix(" is DOWN") }) {
      return .down(words: String(down))
    }
    return ping.errors.isEmpty
      ? nil : .refused(command: "scontrol", reason: SlurmCommand.reason(ping.errors))
  }
}
