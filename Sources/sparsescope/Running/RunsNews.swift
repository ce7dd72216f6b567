import Experiments
import Foundation
import Runs

/// What is worth a line in a log, of what lines tell of runs.
struct RunsNews {
  private var states: [String: RunSummary.State] = [:]
  private var isFirst = true

  /// - Parameter lines: what has come, after `runs` has taken it.
  /// - Returns: a sentence for each thing, without a full stop.
  mutating func take(_ lines: [RemoteLine], _ runs: inout RemoteRuns) -> [String] {
    var news: [String] = []
    // What was there already is told of run by run.
    guard runs.isCurrent || !isFirst else { return [] }
    if !isFirst {
      for line in lines { news += Self.sentence(for: line).map { [$0] } ?? [] }
    }
    isFirst = false
    // While it catches up, how a run stands may not be the whole truth.
    guard runs.isCurrent else { return news }
    for name in runs.takeChanged().sorted() {
      guard let facts = runs[name]?.facts else {
        if states.removeValue(forKey: name) != nil { news.append("\(name) was removed") }
        continue
      }
      let summary = RunSummary(facts)
      guard summary.state != states[name] else { continue }
      news.append(Self.sentence(for: summary, isNew: states[name] == nil))
      states[name] = summary.state
    }
    return news
  }

  private static func sentence(for line: RemoteLine) -> String? {
    switch line {
    case .result(let run, let result):
      let score = result.point?.mean.map { ": score \(Self.text($0))" } ?? ""
      return "\(run) \(result.cell) finished\(score)"
    case .event(let run, let event):
      guard case .failed(let message) = event.kind else { return nil }
      return "\(run) \(event.cell) failed: \(message)"
    case .noResult(_, _, let message): return message
    default: return nil
    }
  }

  private static func sentence(for summary: RunSummary, isNew: Bool) -> String {
    let counts =
      "\(summary.done) of \(summary.total) cells"
      + (summary.failed > 0 ? ", \(summary.failed) failed" : "")
    let verb = isNew ? "is \(summary.state.rawValue)" : "is now \(summary.state.rawValue)"
    guard summary.state == .finished else { return "\(summary.name) \(verb), \(counts)" }
    let turns = RunOverview(summary).turns.compactMap { turn in
      turn.sparsity.map { "\(turn.task) \(turn.method) \(Percent.text($0, decimals: 0)) %" }
    }
    return "\(summary.name) \(verb), \(counts)"
      + (turns.isEmpty ? "" : "; essential sparsity: \(turns.joined(separator: ", "))")
  }

  private static func text(_ score: Double) -> String {
    (0...1) ~= score ? Percent.text(score) + " %" : String(format: "%.3f", score)
  }
}
