import Experiments
import Foundation

/// Every measured point of a run, one row each, for other programs.
package struct PointTable: Sendable, Hashable, Codable {
  package struct Row: Sendable, Hashable, Codable {
    package var run: String
    package var `protocol`: ExperimentProtocol
    package var cell: ExperimentCell.ID
    package var task: String
    /// `dense` where nothing is pruned.
    package var method: String
    package var seed: UInt64
    /// The sparsity that was asked for, and the one that was reached.
    package var sparsity: Double
    package var achieved: Double
    /// The mean score over the examples.
    package var score: Double?
    /// The ends of the score's 95 % interval.
    package var low: Double?
    package var high: Double?
    package var examples: Int
    package var seconds: Double
    package var steps: Int?
    package var loss: Double?
    /// The task's official metrics.
    package var metrics: [String: Double]
  }

  package var points: [Row]

  package init(points: [Row]) { self.points = points }

  /// The points of a run in the order of its cells.
  package init(_ summary: RunSummary) {
    points = summary.cells.compactMap { cell in
      guard let result = summary.results[cell.cell.id], let point = result.point else { return nil }
      let interval = point.interval()
      return Row(
        run: summary.name, protocol: summary.spec.protocol, cell: cell.cell.id,
        task: cell.cell.task.name, method: cell.cell.method?.description ?? "dense",
        seed: cell.cell.seed, sparsity: point.level.fraction, achieved: point.achieved,
        score: point.mean, low: interval?.low, high: interval?.high,
        examples: point.scores.count, seconds: result.seconds, steps: result.steps,
        loss: result.loss, metrics: point.metrics)
    }
  }

  /// As comma-separated values with a header, lines ended by CR LF.
  ///
  /// Numbers have as many digits as it takes to read the same number again. A metric is a column
  /// `metric_NAME`; what is not known is empty.
  /// Source: RFC 4180.
  package var csv: Data {
    let metrics = Set(points.flatMap(\.metrics.keys)).sorted()
    let header =
      [
        "run", "protocol", "cell", "task", "method", "seed", "sparsity", "achieved", "score",
        "interval_low", "interval_high", "examples", "seconds", "steps", "loss",
      ] + metrics.map { "metric_\($0)" }
    let rows = points.map { row in
      [
        row.run, row.protocol.rawValue, row.cell, row.task, row.method, "\(row.seed)",
        "\(row.sparsity)", "\(row.achieved)", Self.text(row.score), Self.text(row.low),
        Self.text(row.high), "\(row.examples)", "\(row.seconds)",
        row.steps.map { "\($0)" } ?? "", Self.text(row.loss),
      ] + metrics.map { Self.text(row.metrics[$0]) }
    }
    let lines = ([header] + rows).map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }
    return Data(lines.joined().utf8)
  }

  /// As one JSON document, `{"points": […]}`.
  package func json() throws(RunError) -> Data {
    var data = try JSONText.encode(self, at: "points.json")
    data.append(UInt8(ascii: "\n"))
    return data
  }

  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private static func quoted(_ field: String) -> String {
    // A carriage return and a line feed are one character in Swift, so scalars are looked at.
    let isPlain = !field.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
