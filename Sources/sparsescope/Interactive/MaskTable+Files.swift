import Explorer
import Runs

extension MaskTable {
  /// Compares the masks that two runs keep, or those of one run with each other.
  init(answering question: MaskQuestion) {
    guard !question.firstCells.isEmpty, !question.secondCells.isEmpty else {
      self.init(
        question: question,
        problem: "No masks to compare yet: cells that prune keep theirs when they are finished.")
      return
    }
    do {
      let comparison = try MaskComparison(
        RunFolder.open(question.first), RunFolder.open(question.second))
      let columns = comparison.columns
      self.init(
        question: question, rows: Self.shortened(comparison.rows),
        columns: Self.shortened(columns),
        cosines: comparison.cells.map { $0.map(\.cosine) },
        random: columns.indices.map { column in
          // Chance depends on both sparsities; the row stands for masks of equal sparsity.
          let level = Self.level(columns[column])
          let row = comparison.rows.firstIndex { Self.level($0) == level }
          return row.flatMap { comparison.cells[$0][column].randomCosine }
        })
    } catch {
      self.init(question: question, problem: "\(error)")
    }
  }

  /// The last words of `magnitude 50.0 %`: the level alone, where there is one method.
  private static func shortened(_ names: [String]) -> [String] {
    let methods = Set(names.map { $0.split(separator: " ").first })
    return methods.count == 1 ? names.map(level) : names
  }

  private static func level(_ name: String) -> String {
    let words = name.split(separator: " ")
    let level = words.count > 1 ? words[words.count - 2] : words.first ?? ""
    return level.hasSuffix(".0") ? String(level.dropLast(2)) : String(level)
  }
}
