import Canvas
import Experiments

@testable import Explorer

/// Runs as a scan of folders would tell of them.
enum FakeRuns {
  static let rows = [
    RunRow(
      id: "/runs/lottery", name: "lottery-ticket-digits", protocol: .lotteryTicket,
      model: "embedded", tasks: ["digits"], state: .running, done: 12, total: 30, progress: 0.41,
      cellsPerHour: 34, secondsLeft: 1209, created: 300, workers: 2),
    RunRow(
      id: "/runs/one-shot", name: "one-shot-digits", model: "embedded", tasks: ["digits"],
      state: .finished, done: 30, total: 30, progress: 1, turn: 0.68, created: 200, workers: 2),
    RunRow(
      id: "/runs/broken", name: "gradual-sst2", protocol: .gradual, model: "minilm",
      tasks: ["sst2"], state: .failed, done: 3, failed: 2, total: 8, progress: 0.375,
      created: 100, workers: 4),
    RunRow(
      id: "/runs/halted", name: "random-cola", model: "minilm", tasks: ["cola"],
      state: .interrupted, done: 1, total: 4, progress: 0.25, created: 50, workers: 4,
      niceness: 15),
  ]

  /// A curve over three seeds that holds up to a level and then falls to chance.
  static func curve(
    _ protocol: ExperimentProtocol, holdsTo level: Int,
    method: ExperimentMethod = .magnitude(.global)
  ) -> RunCurve {
    var curves = SeedCurves(task: "digits", method: method)
    for seed in UInt64(0)..<3 {
      for percent in stride(from: 0, through: 90, by: 10) {
        let right = percent <= level ? 96 - Int(seed) : max(10, 96 - 3 * (percent - level))
        curves.update(
          CurvePoint(
            level: SparsityLevel(percent: percent), achieved: Double(percent) / 100, pruned: 0,
            scores: (0..<100).map { $0 < right ? 1 : 0 }, total: 100),
          seed: seed, chance: 0.1)
      }
    }
    return RunCurve(curves, protocol: `protocol`, tolerance: 0.01)
  }

  static func detail(_ id: RunRow.ID) -> RunDetail {
    switch id {
    case "/runs/lottery":
      RunDetail(
        run: id,
        cells: [
          CellRow(
            id: "digits-dense-seed0", state: .finished, step: 200, steps: 200, loss: 0.121,
            score: 0.96, interval: Interval(low: 0.94, high: 0.975), seconds: 12),
          CellRow(
            id: "digits-tuned-magnitude-global-round1-s0.100000-seed0", state: .running, step: 80,
            steps: 200, loss: 0.31, seconds: 5),
          CellRow(id: "digits-ticket-magnitude-global-round2-s0.200000-seed0", state: .waiting),
        ],
        curves: [curve(.lotteryTicket, holdsTo: 70)],
        trainings: [
          TrainingSeries(
            cell: "digits-tuned-magnitude-global-round1-s0.100000-seed0", isRunning: true,
            steps: 200, losses: (1...80).map { .init(step: $0, value: 2.3 / Double($0)) })
        ],
        record: [RecordLine("version", "0.1.0"), RecordLine("sha256", "abc")],
        command: "sparsescope run /runs/lottery/spec.yaml")
    case "/runs/one-shot":
      RunDetail(run: id, curves: [curve(.oneShot, holdsTo: 60)], command: "sparsescope run b")
    case "/runs/broken":
      RunDetail(
        run: id,
        cells: [
          CellRow(
            id: "sst2-dense-seed0", state: .failed,
            message: "/data/SST-2/train.tsv cannot be read: there is nothing.")
        ])
    default: RunDetail(run: id)
    }
  }

  /// The view as it is when everything has been read.
  static func state(
    size: Size = Size(width: 100, height: 28), isReadOnly: Bool = false, hasExplorer: Bool = true
  ) -> RunsState {
    var state = RunsState(
      size: size, look: Appearance(), isReadOnly: isReadOnly, hasExplorer: hasExplorer)
    _ = state.receive(.runs(rows, problems: []))
    return state
  }
}

extension RunsState {
  /// Takes a message, and answers what follows from it as the folders would.
  ///
  /// - Returns: what is asked of others.
  mutating func receive(_ message: RunsMessage) -> [RunsEffect] {
    let effects = update(&self, message)
    var others: [RunsEffect] = []
    for effect in effects {
      if case .watch(let watch) = effect {
        for run in watch.runs { others += receive(.detail(FakeRuns.detail(run))) }
      } else {
        others.append(effect)
      }
    }
    return others
  }

  mutating func press(_ keys: Key...) -> [RunsEffect] {
    keys.flatMap { receive(.key($0)) }
  }

  /// The state after some keys.
  func pressing(_ keys: Key...) -> RunsState {
    var state = self
    for key in keys { _ = state.receive(.key(key)) }
    return state
  }
}
