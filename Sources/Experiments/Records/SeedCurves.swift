/// The curves of one task and method, one for each seed, and what they say together.
package struct SeedCurves: Sendable, Hashable, Codable {
  /// One level over the seeds.
  package struct Point: Sendable, Hashable, Codable {
    package var level: SparsityLevel
    /// The mean of the sparsities that the seeds reached.
    package var achieved: Double
    /// The mean over the seeds of each seed's mean score.
    package var mean: Double
    /// Student's interval over the seeds; with one seed that of its examples, nil where neither can
    /// be said.
    package var interval: Interval?
    package var seeds: Int
    /// The mean of each official metric that all seeds have.
    package var metrics: [String: Double]
  }

  package struct Member: Sendable, Hashable, Codable {
    package var seed: UInt64
    package var curve: SparsityCurve
  }

  package var task: String
  package var method: ExperimentMethod
  /// By rising seed.
  package private(set) var members: [Member] = []

  package init(task: String, method: ExperimentMethod) {
    self.task = task
    self.method = method
  }

  /// Puts a seed's point in its place.
  package mutating func update(_ point: CurvePoint, seed: UInt64, chance: Double?) {
    let index = members.firstIndex { $0.seed >= seed } ?? members.count
    if index == members.count || members[index].seed != seed {
      members.insert(Member(seed: seed, curve: SparsityCurve(chance: chance)), at: index)
    }
    members[index].curve.update(point)
  }

  /// The levels that any seed has, by rising sparsity.
  package var points: [Point] {
    let levels = Set(members.flatMap { $0.curve.points.map(\.level) }).sorted()
    return levels.compactMap(point)
  }

  private func point(at level: SparsityLevel) -> Point? {
    let found = members.compactMap { $0.curve[level] }.filter { $0.mean != nil }
    guard let first = found.first else { return nil }
    let means = found.compactMap(\.mean)
    let count = Double(found.count)
    let interval =
      found.count == 1
      ? first.interval()
      : Interval.student(
        sum: means.reduce(0, +), squares: means.reduce(0) { $0 + $1 * $1 }, count: means.count)
    var metrics: [String: Double] = [:]
    for name in first.metrics.keys {
      let values = found.compactMap { $0.metrics[name] }
      if values.count == found.count { metrics[name] = values.reduce(0, +) / count }
    }
    return Point(
      level: level, achieved: found.reduce(0) { $0 + $1.achieved } / count,
      mean: means.reduce(0, +) / count, interval: interval, seeds: found.count, metrics: metrics)
  }

  /// The examples of all seeds as one curve, in which each level is paired with the dense model of
  /// the same seed: what turning points are found on.
  ///
  /// A level that some seed has not reached counts as still running.
  package var pooled: SparsityCurve {
    let paired = members.filter { $0.curve.dense?.isComplete == true }
    var pooled = SparsityCurve(chance: paired.first?.curve.chance)
    guard let first = paired.first else { return pooled }
    for level in first.curve.points.map(\.level) {
      // Pairs are matched by their position, so the seeds must follow each other without a gap.
      let found = paired.prefix { $0.curve[level]?.isComplete == true }.compactMap {
        $0.curve[level]
      }
      guard let point = found.first else { continue }
      let count = Double(found.count)
      pooled.update(
        CurvePoint(
          level: level, achieved: found.reduce(0) { $0 + $1.achieved } / count,
          pruned: point.pruned, scores: found.flatMap(\.scores),
          total: paired.reduce(0) { $0 + ($1.curve.dense?.total ?? 0) }))
    }
    return pooled
  }
}

extension SeedCurves {
  /// Sorts the results of an experiment into curves, in the order of its tasks and methods.
  ///
  /// The dense model is the first point of every method's curve.
  package static func collect(
    _ results: some Sequence<CellResult>, of cells: [ExperimentCell]
  ) -> [SeedCurves] {
    var results = Dictionary(results.map { ($0.cell, $0) }) { $1 }
    var dense: [TaskSeed: CellResult] = [:]
    var order: [CurveName] = []
    var curves: [CurveName: SeedCurves] = [:]
    for cell in cells where cell.hasPoint {
      guard let result = results.removeValue(forKey: cell.id), let point = result.point else {
        continue
      }
      let key = TaskSeed(task: cell.task.name, seed: cell.seed)
      guard let method = cell.method else {
        dense[key] = result
        continue
      }
      let name = CurveName(task: cell.task.name, method: method)
      if curves[name] == nil { order.append(name) }
      curves[name, default: SeedCurves(task: name.task, method: method)]
        .update(point, seed: cell.seed, chance: result.chance)
    }
    // A run that has measured nothing but the dense model shows that.
    for cell in cells {
      guard let method = cell.method else { continue }
      let name = CurveName(task: cell.task.name, method: method)
      guard let result = dense[TaskSeed(task: cell.task.name, seed: cell.seed)],
        let point = result.point
      else { continue }
      if curves[name] == nil { order.append(name) }
      curves[name, default: SeedCurves(task: name.task, method: method)]
        .update(point, seed: cell.seed, chance: result.chance)
    }
    return order.compactMap { curves[$0] }
  }

  private struct TaskSeed: Hashable {
    var task: String
    var seed: UInt64
  }

  private struct CurveName: Hashable {
    var task: String
    var method: ExperimentMethod
  }
}
