import Experiments
import Foundation
import Runs

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-runs-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs that take no time.
enum RunFixture {
  static func spec(
    levels: [Int] = [0, 50, 90], seeds: [UInt64] = [0, 1]
  ) -> ExperimentSpec {
    var spec = ExperimentSpec()
    spec.sparsities = levels.map { SparsityLevel(percent: $0) }
    spec.seeds = seeds
    return spec
  }

  static func make(_ path: String, _ spec: ExperimentSpec = spec()) throws -> RunFolder {
    try RunFolder.create(
      at: path, spec: spec, environment: RunEnvironment(version: "0", spec: spec, commandLine: []))
  }

  /// A cell whose accuracy over ten examples falls with the level.
  static func result(of cell: ExperimentCell) -> CellResult {
    let right = Int(10 * (1 - cell.level.fraction * cell.level.fraction))
    let scores = (0..<10).map { Float($0 < right ? 1 : 0) }
    return CellResult(
      cell: cell.id,
      point: CurvePoint(
        level: cell.level, achieved: cell.level.fraction, pruned: 1, scores: scores, total: 10,
        metrics: ["accuracy": Double(right) / 10]),
      chance: 0.1)
  }

  static let execute: RunDriver.Execute = { cell, _ in result(of: cell) }
}
