/// The smallest part of an experiment that has a result of its own.
package struct ExperimentCell: Sendable, Hashable, Codable, Identifiable {
  /// What a cell does; all levels are targets.
  package enum Work: Sendable, Hashable, Codable {
    /// Fine-tunes the unpruned model: the first point of every curve.
    case dense
    /// Prunes the pre-trained weights, fine-tunes under the mask, evaluates.
    case oneShot(ExperimentMethod, SparsityLevel)
    /// Raises the sparsity to the level while fine-tuning, evaluates.
    case gradual(ExperimentMethod, SparsityLevel)
    /// Prunes the weights that the cell `source` has fine-tuned, evaluates.
    case postFineTuning(ExperimentMethod, SparsityLevel, source: ExperimentCell.ID)
    /// Trains under the mask of the cell `previous` (nil: the dense model), prunes what came out to
    /// the level, and keeps that mask. It is not evaluated.
    case drawTicket(
      ExperimentMethod, SparsityLevel, round: Int, previous: ExperimentCell.ID?)
    /// Fine-tunes the rewound weights under the mask that the cell `ticket` has kept, evaluates.
    case fineTuneTicket(ExperimentMethod, SparsityLevel, round: Int, ticket: ExperimentCell.ID)
  }

  /// Stable, and safe as a file's name: `sst2-magnitude-global-s0.500000-seed0`.
  package var id: String
  package var task: TaskSpec
  package var seed: UInt64
  package var work: Work

  /// The cells whose results, masks or checkpoints this one needs.
  package var dependencies: [ExperimentCell.ID] {
    switch work {
    case .dense, .oneShot, .gradual: []
    case .postFineTuning(_, _, let source): [source]
    case .drawTicket(_, _, _, let previous): previous.map { [$0] } ?? []
    case .fineTuneTicket(_, _, _, let ticket): [ticket]
    }
  }

  /// The level of the cell's point; dense where nothing is pruned.
  package var level: SparsityLevel {
    switch work {
    case .dense: .dense
    case .oneShot(_, let level), .gradual(_, let level), .postFineTuning(_, let level, _),
      .drawTicket(_, let level, _, _), .fineTuneTicket(_, let level, _, _):
      level
    }
  }

  /// The method; nil where nothing is pruned.
  package var method: ExperimentMethod? {
    switch work {
    case .dense: nil
    case .oneShot(let method, _), .gradual(let method, _), .postFineTuning(let method, _, _),
      .drawTicket(let method, _, _, _), .fineTuneTicket(let method, _, _, _):
      method
    }
  }

  /// Whether the cell's result is a point of a curve.
  package var hasPoint: Bool {
    if case .drawTicket = work { false } else { true }
  }

  /// What the cell prunes with; nil where nothing is pruned.
  package var pruningMethod: PruningMethod? { method?.pruningMethod(seed: seed) }
}

extension ExperimentSpec {
  /// All cells in the order in which one worker runs them; each comes behind those it needs.
  ///
  /// Tasks are outermost, then seeds, so that the first whole curve is there early; the dense model
  /// comes first, once for all methods.
  package var cells: [ExperimentCell] {
    tasks.flatMap { task in
      seeds.flatMap { seed in cells(task: task, seed: seed) }
    }
  }

  private func cells(task: TaskSpec, seed: UInt64) -> [ExperimentCell] {
    let prefix = FileNameText.safe(task.name)
    func cell(_ name: String, _ work: ExperimentCell.Work) -> ExperimentCell {
      ExperimentCell(id: "\(prefix)-\(name)-seed\(seed)", task: task, seed: seed, work: work)
    }
    let dense = cell("dense", .dense)
    if self.protocol == .lotteryTicket {
      return [dense] + methods.flatMap { tickets(of: $0, cell) }
    }
    // Without training again, every point comes from the dense model's weights.
    let needsDense = sparsities.contains(.dense) || self.protocol == .postFineTuning
    let pruned = methods.flatMap { method in
      levels(of: method).map { level in
        let work: ExperimentCell.Work =
          switch self.protocol {
          case .gradual: .gradual(method, level)
          case .postFineTuning: .postFineTuning(method, level, source: dense.id)
          case .oneShot, .lotteryTicket: .oneShot(method, level)
          }
        return cell("\(method.slug)-s\(level.fixedText)", work)
      }
    }
    return (needsDense ? [dense] : []) + pruned
  }

  private func levels(of method: ExperimentMethod) -> [SparsityLevel] {
    method.ownLevel.map { [$0] } ?? sparsities.filter { $0 != .dense }
  }

  private func tickets(
    of method: ExperimentMethod, _ cell: (String, ExperimentCell.Work) -> ExperimentCell
  ) -> [ExperimentCell] {
    var previous: ExperimentCell.ID?
    return (1...max(lottery.rounds, 1)).flatMap { round in
      let level = lottery.level(afterRound: round)
      let name = "\(method.slug)-round\(round)-s\(level.fixedText)"
      let ticket = cell(
        "ticket-\(name)", .drawTicket(method, level, round: round, previous: previous))
      previous = ticket.id
      let final = cell(
        "tuned-\(name)", .fineTuneTicket(method, level, round: round, ticket: ticket.id))
      return [ticket, final]
    }
  }
}

extension SparsityLevel {
  /// The share with six decimals, as names of files carry it: `0.500000`.
  package var fixedText: String {
    let digits = String(millionths % 1_000_000)
    return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
