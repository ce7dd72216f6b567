import Experiments
import Foundation

/// What a reader has of another machine's runs: the one line that it says when it comes back.
package struct RemoteCursor: Sendable, Hashable, Codable {
  package struct Run: Sendable, Hashable, Codable {
    /// When the run was made: another one may have got its name since.
    package var created: Double
    /// The number of the last event of each cell.
    package var events: [ExperimentCell.ID: Int]
    /// The cells whose results are there.
    package var results: [ExperimentCell.ID]

    package init(
      created: Double, events: [ExperimentCell.ID: Int] = [:], results: [ExperimentCell.ID] = []
    ) {
      self.created = created
      self.events = events
      self.results = results
    }
  }

  /// By the runs' names.
  package var runs: [String: Run]

  package init(runs: [String: Run] = [:]) { self.runs = runs }

  /// The line without its end.
  package func encoded() throws(RunError) -> Data {
    try JSONText.encode(self, at: "the remote program's input")
  }

  /// - Throws: `RunError.unreadable` where the line is none.
  package init(_ line: Data) throws(RunError) {
    self = try JSONText.decode(Self.self, from: line, at: "standard input")
  }
}
