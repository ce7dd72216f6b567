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
      // Of several methods the first, so that rows and columns are levels.
      let rows = Self.places(in: comparison.rows, of: comparison.rows.first)
      let like = Self.places(in: comparison.columns, of: comparison.rows.first)
      let columns =
        like.isEmpty ? Self.places(in: comparison.columns, of: comparison.columns.first) : like
      let levels = comparison.columns.map(Self.level)
      self.init(
        question: question, rows: rows.map { Self.level(comparison.rows[$0]) },
        columns: columns.map { levels[$0] },
        cosines: rows.map { row in columns.map { comparison.cells[row][$0].overall.cosine } },
        random: columns.map { column in
          // Chance depends on both sparsities; the row stands for masks of equal sparsity.
          rows.first { Self.level(comparison.rows[$0]) == levels[column] }
            .flatMap { comparison.cells[$0][column].overall.randomCosine }
        })
    } catch {
      self.init(question: question, problem: "\(error)")
    }
  }

  /// The places of the names with the same method as one of them.
  private static func places(in names: [String], of name: String?) -> [Int] {
    let method = name?.split(separator: " ").first
    return names.indices.filter { names[$0].split(separator: " ").first == method }
  }

  /// The level alone, of a name such as `magnitude 50.0 %`.
  private static func level(_ name: String) -> String {
    let words = name.split(separator: " ")
    let level = words.count > 1 ? words[words.count - 2] : words.first ?? ""
    return level.hasSuffix(".0") ? String(level.dropLast(2)) : String(level)
  }
}
