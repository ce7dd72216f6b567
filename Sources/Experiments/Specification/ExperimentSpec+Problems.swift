/// A setting of a specification that cannot be carried out.
package struct SpecProblem: Error, Sendable, Hashable {
  /// The setting, such as `training.epochs` or `tasks[1].name`; empty for the whole.
  package var path: String
  /// What is wrong and what to write instead, as the rest of a sentence.
  package var reason: String

  package init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }
}

extension SpecProblem: CustomStringConvertible {
  package var description: String { path.isEmpty ? reason : "`\(path)` \(reason)" }
}

extension ExperimentSpec {
  /// Threads that a run can be told to compute on.
  package static let mostWorkers = 1024
  /// Cells that a run can have: each has files of its own.
  package static let mostCells = 100_000

  /// How many cells there are at most, without making them.
  package var cellCount: Int {
    let pruned =
      self.protocol == .lotteryTicket
      ? 2 * lottery.rounds * methods.count
      : methods.reduce(0) { $0 + ($1.ownLevel == nil ? sparsities.count : 1) }
    let (count, overflow) = (tasks.count * seeds.count).multipliedReportingOverflow(by: pruned + 1)
    return overflow ? .max : count
  }

  /// Checks all values, and that they fit together.
  ///
  /// Text from files is checked while it is read, so this is for specifications that are made
  /// otherwise, too.
  package func validate() throws(SpecProblem) {
    if let name, FileNameText.safe(name) != name {
      throw SpecProblem(
        "name", "is \"\(name)\"; it names a folder, so write letters, digits, `.`, `_` and `-`.")
    }
    if model.isEmpty { throw SpecProblem("model", "is empty; write a path, a name or `embedded`.") }
    try require(!tasks.isEmpty, "tasks", "is empty; name at least one task.")
    try require(!methods.isEmpty, "methods", "is empty; name at least one method.")
    try require(!sparsities.isEmpty, "sparsities", "is empty; name at least one level.")
    try require(!seeds.isEmpty, "seeds", "is empty; name at least one seed.")
    try distinct(tasks.map { FileNameText.safe($0.name) }, "tasks")
    try distinct(methods.map(\.slug), "methods")
    try distinct(sparsities.map(\.description), "sparsities")
    try distinct(seeds.map(String.init), "seeds")
    if let limit { try atLeastOne(limit, "limit") }
    if let workers {
      try require(
        (1...Self.mostWorkers) ~= workers, "workers",
        "is \(workers); it must be from 1 to \(Self.mostWorkers).")
    }
    try inside(tolerance, 0...1, "tolerance")
    try validateTraining()
    if self.protocol == .lotteryTicket { try validateLottery() }
    if self.protocol == .gradual { try refusePatterns() }
    try require(
      cellCount <= Self.mostCells, "",
      "the experiment has \(cellCount) cells; at most \(Self.mostCells), so take fewer tasks, "
        + "methods, sparsities or seeds.")
  }

  private func validateTraining() throws(SpecProblem) {
    let settings = training
    if let epochs = settings.epochs { try inside(epochs, 0...100_000, "training.epochs") }
    let counts = [
      ("max_steps", settings.maxSteps), ("batch_size", settings.batchSize),
      ("max_length", settings.maxLength),
      ("gradient_accumulation", settings.gradientAccumulation),
      ("evaluate_every", settings.evaluateEvery), ("save_every", settings.saveEvery),
      ("limit", settings.limit),
    ]
    for (key, value) in counts {
      if let value { try atLeastOne(value, "training.\(key)") }
    }
    let rates: [(String, Double?, ClosedRange<Double>)] = [
      ("learning_rate", settings.learningRate, 0...10),
      ("weight_decay", settings.weightDecay, 0...10),
      ("warmup_ratio", settings.warmupRatio, 0...1),
      ("max_grad_norm", settings.maxGradNorm, 0...1e6),
      ("adam_epsilon", settings.adamEpsilon, 1e-30...1),
      ("dropout", settings.dropout, 0...0.99),
    ]
    for (key, value, range) in rates {
      if let value { try inside(value, range, "training.\(key)") }
    }
  }

  private func validateLottery() throws(SpecProblem) {
    try refusePatterns()
    try atLeastOne(lottery.rounds, "lottery.rounds")
    try require(lottery.rounds <= 1000, "lottery.rounds", "is \(lottery.rounds); at most 1000.")
    try inside(lottery.portion, 0.000_001...1, "lottery.portion")
    if let epochs = lottery.epochsPerRound {
      try inside(epochs, 0...100_000, "lottery.epochs_per_round")
      try require(
        epochs > 0, "lottery.epochs_per_round", "is 0; a round that does not train draws nothing.")
    }
    if let steps = training.maxSteps {
      try require(
        lottery.rewindStep <= steps, "lottery.rewind_step",
        "is \(lottery.rewindStep), beyond the \(steps) steps of `training.max_steps`.")
    }
    try require(
      lottery.rewindStep >= 0, "lottery.rewind_step", "is \(lottery.rewindStep); at least 0.")
    let last = Double(lottery.rounds) * lottery.portion
    try require(
      lottery.of == .remaining || last <= 1 + 1e-9, "lottery.rounds",
      "is \(lottery.rounds): so many rounds of \(lottery.portion) of the original weights prune "
        + "more than all; take fewer, or `of: remaining`.")
    try distinct(
      (0...lottery.rounds).map { lottery.level(afterRound: $0).description }, "lottery.rounds")
  }

  private func refusePatterns() throws(SpecProblem) {
    guard let pattern = methods.first(where: { $0.ownLevel != nil }) else { return }
    throw SpecProblem(
      "methods",
      "has \(pattern), which has one level only; \(self.protocol.rawValue) needs a method that "
        + "takes any.")
  }

  private func require(
    _ condition: Bool, _ path: String, _ reason: @autoclosure () -> String
  ) throws(SpecProblem) {
    if !condition { throw SpecProblem(path, reason()) }
  }

  private func atLeastOne(_ value: Int, _ path: String) throws(SpecProblem) {
    try require(value >= 1, path, "is \(value); it must be at least 1.")
  }

  private func inside(
    _ value: Double, _ range: ClosedRange<Double>, _ path: String
  ) throws(SpecProblem) {
    try require(
      range.contains(value), path,
      "is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
  }

  private func distinct(_ values: [String], _ path: String) throws(SpecProblem) {
    var seen: Set<String> = []
    for value in values where !seen.insert(value).inserted {
      throw SpecProblem(path, "has \(value) twice.")
    }
  }
}
