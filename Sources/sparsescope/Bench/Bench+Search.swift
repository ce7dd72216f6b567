import Experiments

extension Bench {
  /// The search for the turning point against full grids.
  func search() throws -> [Figure] {
    let rows = try SearchBench().rows
    func text(_ level: SparsityLevel?) -> String { level.map { "\($0) %" } ?? "none" }
    let mean = rows.reduce(0) { $0 + 100 * $1.share } / Double(max(rows.count, 1))
    let worst = rows.map { 100 * $0.disagreement }.max() ?? 0
    let agreeing = rows.count { 100 * $0.disagreement < 1 + 1e-9 }
    return rows.map {
      Figure(
        name: "\($0.title): falls at \(text($0.search)), grid \(text($0.grid))",
        value: 100 * $0.share, unit: "%")
    } + [
      Figure(
        name: "examples that the search evaluates, of a full grid's, mean of \(rows.count)",
        value: mean, unit: "%", goal: "at most 25 %", met: mean <= 25),
      // A curve that leaves the tolerance, comes back and leaves it again has several answers.
      Figure(
        name: "ways in which both say the same within 1 point, of \(rows.count)",
        value: Double(agreeing), unit: "", goal: "at least 10", met: agreeing >= 10),
      Figure(name: "farthest from the full grid's answer", value: worst, unit: "points"),
    ]
  }
}
