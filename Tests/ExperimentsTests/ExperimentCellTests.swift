import Experiments
import Testing

@Suite struct `The cells of an experiment` {
  private func spec(_ kind: ExperimentProtocol) -> ExperimentSpec {
    var spec = ExperimentSpec()
    spec.protocol = kind
    spec.tasks = [TaskSpec(name: "SST-2"), TaskSpec(name: "rte")]
    spec.methods = [.magnitude(.global), .pattern(NMPattern(n: 2, m: 4))]
    spec.sparsities = [.dense, SparsityLevel(0.5), SparsityLevel(0.9)]
    spec.seeds = [0, 7]
    return spec
  }

  @Test func `are named stably, the dense model once for all methods`() {
    let cells = spec(.oneShot).cells
    #expect(
      cells.prefix(4).map(\.id) == [
        "SST-2-dense-seed0", "SST-2-magnitude-global-s0.500000-seed0",
        "SST-2-magnitude-global-s0.900000-seed0", "SST-2-2of4-s0.500000-seed0",
      ])
    #expect(cells.count == 16)
    #expect(Set(cells.map(\.id)).count == 16)
    #expect(cells.allSatisfy { FileNameText.safe($0.id) == $0.id })
    #expect(cells == spec(.oneShot).cells)
  }

  @Test func `come behind those that they need`() {
    for kind in ExperimentProtocol.allCases {
      var spec = spec(kind)
      if kind == .lotteryTicket { spec.methods = [.magnitude(.global), .random(.uniform)] }
      var seen: Set<String> = []
      for cell in spec.cells {
        #expect(cell.dependencies.allSatisfy(seen.contains), "\(cell.id)")
        seen.insert(cell.id)
      }
    }
  }

  @Test func `of lottery tickets are rounds that need each other, and their fine-tunings`() {
    var spec = ExperimentSpec()
    spec.protocol = .lotteryTicket
    spec.lottery.rounds = 2
    let cells = spec.cells
    let (first, second) = ("s0.100000-seed0", "s0.200000-seed0")
    #expect(
      cells.map(\.id) == [
        "digits-dense-seed0", "digits-ticket-magnitude-global-round1-\(first)",
        "digits-tuned-magnitude-global-round1-\(first)",
        "digits-ticket-magnitude-global-round2-\(second)",
        "digits-tuned-magnitude-global-round2-\(second)",
      ])
    #expect(cells[1].dependencies.isEmpty)
    #expect(cells[3].dependencies == [cells[1].id])
    #expect(cells[4].dependencies == [cells[3].id])
    #expect(!cells[3].hasPoint && cells[4].hasPoint)
  }

  @Test func `without training again need the dense model, asked for or not`() {
    var spec = ExperimentSpec()
    spec.protocol = .postFineTuning
    spec.sparsities = [SparsityLevel(0.5)]
    #expect(
      spec.cells.map(\.id) == ["digits-dense-seed0", "digits-magnitude-global-s0.500000-seed0"])
    #expect(spec.cells[1].dependencies == ["digits-dense-seed0"])
  }

  @Test func `rounds remove a share of the original or of what remains`() {
    var lottery = LotterySettings()
    #expect(lottery.level(afterRound: 9) == SparsityLevel(0.9))
    lottery.of = .remaining
    lottery.portion = 0.2
    #expect(lottery.level(afterRound: 2) == SparsityLevel(0.36))
    #expect(lottery.level(afterRound: 0) == .dense)
  }

  @Test func `prune at random by their own seed`() {
    var spec = ExperimentSpec()
    spec.methods = [.random(.erk)]
    spec.seeds = [5]
    #expect(spec.cells.last?.pruningMethod == .random(.erk, seed: 5))
  }
}

@Suite struct `A recipe` {
  @Test func `is the paper's by any spelling of the task`() {
    let recipe = TrainingRecipe.recipe(for: "SST-2")
    #expect(recipe == TrainingRecipe.recipe(for: "sst2"))
    #expect(recipe.epochs == 5 && recipe.batchSize == 32 && recipe.learningRate == 2e-5)
    let squad = TrainingRecipe.recipe(for: "squad")
    #expect(squad.batchSize == 16 && squad.learningRate == 3e-5 && squad.maxLength == 384)
    #expect(TrainingRecipe.recipe(for: "Fashion-MNIST").epochs == 8)
  }

  @Test func `takes what the experiment says`() {
    var settings = TrainingSettings()
    settings.maxSteps = 10
    settings.dropout = 0
    let recipe = settings.recipe(for: "qnli")
    #expect(recipe.maxSteps == 10 && recipe.dropout == 0 && recipe.epochs == 4)
  }
}

@Suite struct `Curves over seeds` {
  private func result(_ cell: ExperimentCell, _ scores: [Float]) -> CellResult {
    CellResult(
      cell: cell.id,
      point: CurvePoint(
        level: cell.level, achieved: cell.level.fraction, pruned: 0, scores: scores,
        total: scores.count),
      chance: 0.5)
  }

  @Test func `have a mean and an interval over the seeds, and share the dense model`() {
    var spec = ExperimentSpec()
    spec.sparsities = [.dense, SparsityLevel(0.5)]
    spec.methods = [.magnitude(.global), .random(.uniform)]
    spec.seeds = [0, 1]
    let cells = spec.cells
    // The second seed has not come to its pruned cells.
    let results = [
      result(cells[0], [1, 1]), result(cells[1], [1, 0]), result(cells[2], [0, 0]),
      result(cells[3], [1, 0]),
    ]
    let curves = SeedCurves.collect(results, of: cells)
    #expect(curves.map(\.method) == spec.methods)
    let points = curves[0].points
    #expect(points.map(\.mean) == [0.75, 0.5])
    #expect(points.map(\.seeds) == [2, 1])
    #expect(points[0].interval.map { $0.low < 0.75 && $0.high > 0.75 } == true)
    let pooled = curves[0].pooled
    #expect(pooled.dense?.scores == [1, 1, 1, 0])
    #expect(pooled.points[1].scores == [1, 0])
    #expect(!pooled.points[1].isComplete)
    #expect(pooled.chance == 0.5)
  }
}
