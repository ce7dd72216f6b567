import Checkpoints
import Engine
import Experiments
import Foundation
import Pruning

/// What the storage formats make of a pruned model: how large its files are, and how long writing
/// and reading take.
struct StorageBench {
  struct Row {
    let format: StorageFormat
    let percent: Int
    let bytes: Int
    /// Seconds until the folder is complete.
    let write: Double
    /// Seconds until every prunable matrix has been there as floats, from the page cache.
    let read: Double
  }

  private(set) var rows: [Row] = []

  static let percents = [50, 90, 95]

  init(of path: String) throws {
    let matrices = PrunableMatrices(try Checkpoint.open(at: path))
    let index = try MagnitudeIndex.build(matrices, threads: ProcessorCount.available)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-bench-storage-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for percent in Self.percents {
      let plan = index.plan(
        PruningRequest(method: .magnitude(.global), sparsity: Double(percent) / 100))
      for format in StorageFormat.allCases {
        let write = try Samples.timing(1) {
          try matrices.write(plan, to: folder, storing: format)
        }
        let written = PrunableMatrices(try Checkpoint.open(at: folder))
        let read = try Samples.timing(2) {
          for matrix in written.matrices {
            _ = try written.checkpoint.floats(matrix.tensor.name)
          }
        }
        rows.append(
          Row(
            format: format, percent: percent, bytes: written.checkpoint.fileByteCount,
            write: write.minimum / 1000, read: read.minimum / 1000))
        try FileManager.default.removeItem(atPath: folder)
      }
    }
  }

  /// A level's row in the dense format.
  func dense(_ row: Row) -> Row? {
    rows.first { $0.percent == row.percent && $0.format == .dense }
  }
}

extension Bench {
  /// Files of a pruned model in each format.
  func storage() throws -> [Figure] {
    let bench = try StorageBench(of: model ?? MadeModel.bertBase().path)
    return bench.rows.flatMap { row -> [Figure] in
      guard row.format != .dense, let dense = bench.dense(row) else {
        return [
          Figure(
            name: "\(row.percent) % pruned, dense: file", value: Double(row.bytes) / 1e6,
            unit: "MB"),
          Figure(name: "  writing it", value: row.write, unit: "s"),
          Figure(name: "  reading every matrix", value: row.read, unit: "s"),
        ]
      }
      return [
        Figure(
          name: "\(row.percent) % pruned, \(row.format.rawValue): file against the dense one",
          value: Double(row.bytes) / Double(dense.bytes), unit: "×", goal: "smaller",
          met: row.bytes < dense.bytes),
        Figure(name: "  time to write against dense", value: row.write / dense.write, unit: "×"),
        Figure(name: "  time to read against dense", value: row.read / dense.read, unit: "×"),
      ]
    }
  }
}
