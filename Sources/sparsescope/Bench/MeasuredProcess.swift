import Foundation
import Runs

/// Another program, run to its end: what it wrote and how much memory it took at most.
struct MeasuredProcess {
  let output: Data
  /// Bytes of resident memory at the peak, files that are mapped included.
  let peakMemory: Int
  private let program: String

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
    program = arguments.first ?? ""
  }

  /// What the program printed, as JSON.
  ///
  /// - Throws: `CommandError` where it is something else.
  func report<Report: Decodable>(
    _ type: Report.Type = Report.self, keys: JSONDecoder.KeyDecodingStrategy = .useDefaultKeys
  ) throws -> Report {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = keys
    guard let report = try? decoder.decode(type, from: output) else {
      let words = String(decoding: output.prefix(60), as: UTF8.self).printable
      throw CommandError("\(program) did not print the report that was asked for, but “\(words)”.")
    }
    return report
  }
}
