import Engine
import Experiments
import Pruning

/// What the search for the turning point saves against a full grid, and whether both say the same,
/// on the embedded model pruned in many ways.
///
/// Every level of every grid is measured completely and once. The search then gets the scores batch
/// by batch, as long as it asks for them: they do not depend on when they are computed.
struct SearchBench {
  struct Case {
    let title: String
    let request: PruningRequest
    let tolerance: Double
  }

  struct Row {
    let title: String
    /// Scores that the search asked for until the turning point was enclosed, of those of the grid.
    let share: Double
    /// The first level out of tolerance; nil where none is.
    let search: SparsityLevel?
    let grid: SparsityLevel?

    /// How far apart the two are, as a share of the weights.
    var disagreement: Double { abs((search ?? .full).fraction - (grid ?? .full).fraction) }
  }

  private(set) var rows: [Row] = []

  init() throws {
    let model = try OpenModel(path: nil)
    guard let evaluator = model.evaluator else { return }
    let measurement = CurveMeasurement(
      evaluator: evaluator,
      preview: try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available),
      workers: ParallelWorkers(count: ProcessorCount.available))
    var curves: [CurveIdentity: SparsityCurve] = [:]
    for item in Self.cases(model.summary.matrices) {
      let identity = CurveIdentity(item.request)
      let levels = Self.grid(ReachableLevels(item.request.method))
      let full =
        try curves[identity]
        ?? measurement.measure(identity, levels: levels, tolerance: item.tolerance).curve
      curves[identity] = full
      rows.append(
        Self.replay(item, on: full, batches: evaluator.batches, examples: evaluator.exampleCount))
    }
  }

  /// At least the ways of pruning that the program knows, several tolerances, and parts left out.
  private static func cases(_ matrices: [MatrixDescription]) -> [Case] {
    func without(_ isExcluded: (MatrixDescription) -> Bool) -> Set<Int> {
      Set(matrices.indices.filter { isExcluded(matrices[$0]) })
    }
    func item(
      _ title: String, _ method: PruningMethod, _ points: Double, excluding: Set<Int> = []
    ) -> Case {
      Case(
        title: "\(title), \(Percent.text(points / 100)) points",
        request: PruningRequest(method: method, sparsity: 0, excluded: excluding),
        tolerance: points / 100)
    }
    let global = PruningMethod.magnitude(.global)
    let attention = without { $0.kind.hasPrefix("attn") }
    return [
      item("magnitude, global", global, 0.5), item("magnitude, global", global, 1),
      item("magnitude, global", global, 2), item("magnitude, global", global, 5),
      item("magnitude, each matrix", .magnitude(.matrix), 1),
      item("magnitude, each matrix", .magnitude(.matrix), 3),
      item("random uniform, seed 1", .random(.uniform, seed: 1), 1),
      item("random uniform, seed 2", .random(.uniform, seed: 2), 3),
      item("random ERK, seed 1", .random(.erk, seed: 1), 1),
      item("random ERK, seed 2", .random(.erk, seed: 2), 3),
      item("groups of 64", .nm(groupSize: 64), 1),
      item("global without block 0", global, 1, excluding: without { $0.block == 0 }),
      item("global without attention", global, 1, excluding: attention),
      item(
        "global without feed-forward", global, 1,
        excluding: Set(matrices.indices).subtracting(attention)),
    ]
  }

  /// Whole percents, or all steps that the method can take.
  private static func grid(_ reachable: ReachableLevels) -> [SparsityLevel] {
    switch reachable {
    case .continuous: (0...100).map { SparsityLevel(percent: $0) }
    case .steps(let size): (0...size).map { SparsityLevel(Double($0) / Double(size)) }
    }
  }

  private static func replay(
    _ item: Case, on full: SparsityCurve, batches: [Range<Int>], examples: Int
  ) -> Row {
    let search = LevelSearch(
      epsilon: item.tolerance, reachable: ReachableLevels(item.request.method))
    var curve = SparsityCurve(chance: full.chance)
    var seen = 0
    // What is left then serves to draw the curve.
    while let next = search.next(after: curve), ![.smooth, .resume].contains(next.reason),
      let whole = full[next.level]
    {
      while !search.isDone(next, on: curve) {
        let count = curve[next.level]?.scores.count ?? 0
        guard let batch = batches.first(where: { $0.lowerBound == count }) else { break }
        var point = whole
        point.scores = Array(whole.scores.prefix(batch.upperBound))
        curve.update(point)
        seen += batch.count
      }
    }
    func fallen(_ curve: SparsityCurve) -> SparsityLevel? {
      curve.points.map(\.level).first {
        curve.verdict(at: $0, epsilon: item.tolerance)?.isHeld == false
      }
    }
    return Row(
      title: item.title, share: Double(seen) / Double(full.points.count * examples),
      search: fallen(curve), grid: fallen(full))
  }
}
