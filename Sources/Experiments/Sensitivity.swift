/// What is pruned alone, to see how much of the task it carries.
package enum SensitivitySubject: Sendable, Hashable, Codable {
  case matrix(Int)
  /// All prunable matrices of a transformer block.
  case block(Int)
  /// All matrices that do the same in their blocks, such as `attn q`.
  case kind(String)
}

/// One measurement that the sensitivities need: a subject pruned to a level, all else dense.
package struct SensitivityProbe: Sendable, Hashable {
  package var subject: SensitivitySubject
  package var level: SparsityLevel

  package init(subject: SensitivitySubject, level: SparsityLevel) {
    self.subject = subject
    self.level = level
  }
}

/// Which subjects a model has, and at which levels each is pruned alone.
package struct SensitivityPlan: Sendable, Hashable {
  /// A magnitude-pruned matrix alone is hardly felt at low levels.
  package static let standardLevels = [50, 80, 95].map { SparsityLevel(percent: $0) }

  package let matrices: [MatrixDescription]
  /// Rising.
  package let levels: [SparsityLevel]
  /// Blocks, kinds, then single matrices; those that are the same matrices as one before them are
  /// left out.
  package let subjects: [SensitivitySubject]

  /// - Parameter levels: those that the method cannot take become the nearest that it can.
  package init(
    _ matrices: [MatrixDescription], method: PruningMethod,
    levels: [SparsityLevel] = standardLevels
  ) {
    self.matrices = matrices
    let reachable = ReachableLevels(method)
    self.levels = Set(levels.map(reachable.nearest(to:)))
      .filter { $0 != .dense }.sorted { $0 < $1 }
    var kinds: [String] = []
    for matrix in matrices where !kinds.contains(matrix.kind) { kinds.append(matrix.kind) }
    let blocks = Set(matrices.compactMap(\.block)).sorted()
    let all: [SensitivitySubject] =
      matrices.indices.map { .matrix($0) } + blocks.map { .block($0) } + kinds.map { .kind($0) }
    var seen: Set<Set<Int>> = []
    // Single matrices first here, so that what a block of one matrix says stands beside that matrix.
    let distinct = all.filter { seen.insert(Self.members(of: $0, in: matrices)).inserted }
    subjects = distinct.filter { !$0.isMatrix } + distinct.filter(\.isMatrix)
  }

  /// The probes in the order in which they tell most: the highest level of every subject first.
  package var probes: [SensitivityProbe] {
    levels.reversed().flatMap { level in
      subjects.map { SensitivityProbe(subject: $0, level: level) }
    }
  }

  /// The matrices that a subject stands for.
  package func members(of subject: SensitivitySubject) -> Set<Int> {
    Self.members(of: subject, in: matrices)
  }

  private static func members(
    of subject: SensitivitySubject, in matrices: [MatrixDescription]
  ) -> Set<Int> {
    switch subject {
    case .matrix(let index): [index]
    case .block(let block): Set(matrices.indices.filter { matrices[$0].block == block })
    case .kind(let kind): Set(matrices.indices.filter { matrices[$0].kind == kind })
    }
  }

  /// The curve on which a subject's probes lie: everything else is taken out of the pruning.
  package func identity(of subject: SensitivitySubject, method: PruningMethod) -> CurveIdentity {
    let others = Set(matrices.indices).subtracting(members(of: subject))
    return CurveIdentity(PruningRequest(method: method, sparsity: 0, excluded: others))
  }

  /// How a subject is called: `2 mlp in`, `block 2`, `all mlp in`.
  package func title(of subject: SensitivitySubject) -> String {
    switch subject {
    case .matrix(let index): matrices[index].label
    case .block(let block): "block \(block)"
    case .kind(let kind): "all \(kind)"
    }
  }
}

extension SensitivitySubject {
  fileprivate var isMatrix: Bool { if case .matrix = self { true } else { false } }
}

/// How much the task loses when parts of a model are pruned alone, as far as it is measured.
package struct Sensitivities: Sendable, Hashable {
  /// Pruned − dense on the same examples.
  package private(set) var differences: [SensitivitySubject: [SparsityLevel: PairedDifference]] =
    [:]

  package init() {}

  package var isEmpty: Bool { differences.isEmpty }

  package subscript(probe: SensitivityProbe) -> PairedDifference? {
    get { differences[probe.subject]?[probe.level] }
    set { differences[probe.subject, default: [:]][probe.level] = newValue }
  }

  /// The mean drop over a plan's levels that are measured, a negative drop counting as what it is;
  /// nil before the first.
  ///
  /// Comparable between subjects only where they have the same levels behind them.
  package func drop(of subject: SensitivitySubject) -> Double? {
    guard let known = differences[subject], !known.isEmpty else { return nil }
    return known.values.reduce(0) { $0 - $1.mean } / Double(known.count)
  }

  /// Subjects of a plan, the most sensitive first, by the levels that all of them have; what is not
  /// measured at those stands last, in the plan's order.
  package func ranking(of plan: SensitivityPlan) -> [SensitivitySubject] {
    let begun = plan.subjects.filter { differences[$0] != nil }
    let common = plan.levels.filter { level in begun.allSatisfy { differences[$0]?[level] != nil } }
    func rank(_ subject: SensitivitySubject) -> Double {
      guard let known = differences[subject] else { return -.infinity }
      return common.reduce(0) { $0 - (known[$1]?.mean ?? 0) }
    }
    return plan.subjects.enumerated()
      .sorted { (-rank($0.element), $0.offset) < (-rank($1.element), $1.offset) }.map(\.element)
  }
}
