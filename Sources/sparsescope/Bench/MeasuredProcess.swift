import Foundation
import Runs

/// Another program, run to its end: what it wrote and how much memory it took at most.
struct MeasuredProcess {
  let output: Data
  /// Bytes of resident memory at the peak, files that are mapped included.
  let peakMemory: Int

  /// Bytes of output beyond which a program has gone wrong.
  private static let mostBytes = 1 << 30

  /// Runs a program; what it says on standard error is seen by the person.
  ///
  /// - Parameter arguments: the first is the program, looked for on the path.
  /// - Throws: `RunError` where it cannot be run, `CommandError` where it fails.
  init(_ arguments: [String]) throws {
    let answer = try StartedProcess.answer(
      of: arguments, input: .inherited, errors: .inherited, seconds: nil, limit: Self.mostBytes)
    guard let answer, answer.status == 0, !answer.isCut else {
      throw CommandError("\(arguments.joined(separator: " ")) failed; its own words are above.")
    }
    output = answer.output
    peakMemory = answer.peakMemory
  }
}
