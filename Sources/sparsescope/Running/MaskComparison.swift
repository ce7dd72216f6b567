import Experiments
import Foundation
import Pruning
import Runs

/// How alike the masks of two runs are, level by level.
///
/// Source: section 5 of the paper.
struct MaskComparison: Encodable {
  /// One pair of masks, over all matrices or over one.
  struct Figures: Encodable {
    /// The cosine of the masks as 0/1 vectors.
    var cosine: Double?
    /// What two random masks of the same sizes have.
    var randomCosine: Double?
    /// The Jaccard index of the pruned sets.
    var jaccard: Double?

    init(_ counts: MaskSimilarity.Counts) {
      cosine = counts.cosine
      randomCosine = counts.randomCosine
      jaccard = counts.prunedJaccard
    }
  }

  struct Cell: Encodable {
    var overall: Figures
    /// In the order of `matrixNames`.
    var matrices: [Figures]
  }

  /// The cells that have kept the masks.
  var rows: [String]
  var columns: [String]
  var matrixNames: [String]
  /// By row and column.
  var cells: [[Cell]]

  /// Compares every mask of one run with every one of another, over the seed that both have first.
  ///
  /// - Throws: `PruningError` and `CheckpointError` where a mask cannot be read, `CommandError` where
  ///   a run has none.
  init(_ first: RunFolder, _ second: RunFolder) throws {
    let (rows, columns) = (try Self.masks(of: first), try Self.masks(of: second))
    self.rows = rows.map(\.name)
    self.columns = columns.map(\.name)
    matrixNames = rows.first?.names ?? []
    cells = try rows.map { row in
      try columns.map { column in
        guard row.names == column.names else {
          throw CommandError(
            "\(first.name) and \(second.name) have masks of different models; compare runs of one.")
        }
        let similarity = MaskSimilarity(row.masks, column.masks)
        return Cell(
          overall: Figures(similarity.overall), matrices: similarity.matrices.map(Figures.init))
      }
    }
  }

  private struct Kept {
    var name: String
    var names: [String]
    var masks: [Mask]
  }

  private static func masks(of run: RunFolder) throws -> [Kept] {
    let seed = run.spec.seeds.first
    let found = run.spec.cells.filter { cell in
      cell.seed == seed && cell.task == run.spec.tasks.first
        && FileManager.default.fileExists(atPath: run.maskFile(of: cell.id))
    }
    guard !found.isEmpty else {
      throw CommandError("\(run.name) has kept no masks yet; let it finish its first cells.")
    }
    return try found.map { cell in
      let masks = try MaskFile(reading: run.maskFile(of: cell.id)).masks
      return Kept(
        name: "\(cell.method.map { "\($0)" } ?? "dense") \(cell.level) %",
        names: masks.map(\.name), masks: masks.map(\.mask))
    }
  }

  /// The comparison for a person: cosines in percent, and in brackets what is left to chance.
  var text: String {
    RunText.table(
      ["COSINE % (RANDOM)"] + columns,
      zip(rows, cells).map { row, cells in
        [row]
          + cells.map {
            "\(Self.percent($0.overall.cosine)) (\(Self.percent($0.overall.randomCosine)))"
          }
      })
  }

  /// The Jaccard indices of the pruned sets, in percent.
  var jaccardText: String {
    RunText.table(
      ["JACCARD % OF THE PRUNED"] + columns,
      zip(rows, cells).map { row, cells in
        [row] + cells.map { Self.percent($0.overall.jaccard) }
      })
  }

  /// Matrix by matrix, for the pairs of masks that have the same name in both runs.
  var matrixText: String {
    rows.indices.compactMap { row in
      columns.firstIndex(of: rows[row]).map { column in
        "\(rows[row])\n"
          + RunText.table(
            ["MATRIX", "COSINE %", "RANDOM %", "JACCARD %"],
            zip(matrixNames, cells[row][column].matrices).map { name, figures in
              [name] + [figures.cosine, figures.randomCosine, figures.jaccard].map(Self.percent)
            })
      }
    }.joined(separator: "\n\n")
  }

  private static func percent(_ value: Double?) -> String {
    value.map { Percent.text($0) } ?? "–"
  }
}

extension RunFolder {
  /// Where a cell keeps its mask.
  func maskFile(of cell: ExperimentCell.ID) -> String { maskFile("\(cell).safetensors") }
}
