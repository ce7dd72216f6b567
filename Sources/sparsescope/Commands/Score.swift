import ArgumentParser
import Foundation
import Tasks

/// Scores predictions that are there already, without a model.
struct Score: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a file of predictions as a task's official script does.",
    subcommands: [ScoreSQuAD.self])
}

struct ScoreSQuAD: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "squad",
    abstract: "Exact match and F1 of answers to SQuAD's questions, in percent.",
    discussion: """
      References that say is_impossible are scored by the rules of version 2.0, others by those of \
      version 1.1.
      """)

  @Option(help: "The answers: a JSON object {id: text}.")
  var predictions: String

  @Option(help: "The questions with their answers: a file of SQuAD.")
  var references: String

  @Flag(help: "Print JSON, with the members that the official script prints.")
  var json = false

  func run() throws {
    let score = SQuADScore(
      of: try SQuADPredictions(at: predictions), against: try SQuADDataset(at: references))
    if json {
      print(try Self.jsonText(score))
      return
    }
    print("rules of version \(score.rules.rawValue)")
    Self.printLine("all", score.all)
    if score.rules == .version2 {
      Self.printLine("with an answer", score.answerable)
      Self.printLine("without", score.impossible)
    }
    guard !score.missing.isEmpty else { return }
    let fate = score.rules == .version1 ? "count 0" : "are left out"
    StandardError.write("\(score.missing.count) questions have no prediction and \(fate)")
  }

  private static func printLine(_ name: String, _ means: SQuADScore.Means) {
    print(
      String(format: "exact match %.2f  F1 %.2f  ", means.exactMatch, means.f1)
        + "\(means.count) questions, \(name)")
  }

  /// The official script's members; their names are its own, capitals included.
  private static func jsonText(_ score: SQuADScore) throws -> String {
    var members: [String: Double] = [:]
    if score.rules == .version1 {
      members["exact_match"] = score.all.exactMatch
      members["f1"] = score.all.f1
    } else {
      let groups = [("", score.all), ("HasAns_", score.answerable), ("NoAns_", score.impossible)]
      for (prefix, means) in groups where means.count > 0 {
        members["\(prefix)exact"] = means.exactMatch
        members["\(prefix)f1"] = means.f1
        members["\(prefix)total"] = Double(means.count)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(members), as: UTF8.self)
  }
}
