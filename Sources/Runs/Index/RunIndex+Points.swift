import Experiments
import Foundation
import GRDB

/// The cache of evaluated points.
extension RunIndex {
  /// The points that have been measured on a curve, by rising sparsity; complete ones only.
  package func points(of curve: CurveKey) throws(RunIndexError) -> [CurvePoint] {
    let key = try text(of: curve)
    return try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT level, achieved, pruned, total, scores, metrics FROM point
          WHERE curve = ? ORDER BY level
          """, arguments: [key])
      let decoder = JSONText.makeDecoder()
      return try rows.compactMap { row in
        let point = CurvePoint(
          level: SparsityLevel(millionths: row["level"]), achieved: row["achieved"],
          pruned: row["pruned"], scores: Self.scores(row["scores"]), total: row["total"],
          metrics: try decoder.decode([String: Double].self, from: row["metrics"]))
        // A row that was cut is measured again.
        return point.scores.count == point.total ? point : nil
      }
    }
  }

  /// Keeps a point; an incomplete one is left out.
  package func store(_ point: CurvePoint, of curve: CurveKey) throws(RunIndexError) {
    guard point.isComplete else { return }
    let key = try text(of: curve)
    try write { database in
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO point
          (curve, level, achieved, pruned, total, scores, metrics, measured)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          key, point.level.millionths, point.achieved, point.pruned, point.total,
          Self.bytes(point.scores), try JSONText.makeEncoder().encode(point.metrics),
          Date().timeIntervalSince1970,
        ])
    }
  }

  /// Forgets all points.
  package func clearPoints() throws(RunIndexError) {
    try write { try $0.execute(sql: "DELETE FROM point") }
  }

  /// The key as JSON with sorted keys, so that equal keys are equal texts.
  private func text(of curve: CurveKey) throws(RunIndexError) -> String {
    do {
      return String(decoding: try JSONText.makeEncoder().encode(curve), as: UTF8.self)
    } catch {
      throw RunIndexError(error, path: path)
    }
  }

  /// Four bytes a score, little-endian.
  private static func bytes(_ scores: [Float]) -> Data {
    var data = Data(capacity: scores.count * 4)
    for score in scores {
      withUnsafeBytes(of: score.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }

  private static func scores(_ data: Data) -> [Float] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { index in
        let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}
