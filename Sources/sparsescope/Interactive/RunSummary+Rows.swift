import Engine
import Experiments
import Explorer
import Foundation
import Runs

extension RunSummary {
  /// What the run was made with, and its specification.
  var record: [RecordLine] {
    var lines = [RecordLine("folder", path)]
    if let made = environment {
      let date = Date(timeIntervalSince1970: made.created)
      lines += [
        RecordLine("made", date.formatted(.iso8601)), RecordLine("version", made.version),
        RecordLine("model", spec.model),
        RecordLine("sha256", made.modelHash ?? "not known yet"),
      ]
      for (task, hash) in made.dataHashes.sorted(by: { $0.key < $1.key }) {
        lines.append(RecordLine("data", "\(task) \(hash)"))
      }
      lines += [
        RecordLine("host", made.host), RecordLine("processor", made.processor ?? "unknown"),
        RecordLine("kernel", made.kernel ?? "unknown"),
        RecordLine("seeds", made.seeds.map(String.init).joined(separator: " ")),
        RecordLine("command", made.commandLine.joined(separator: " ")),
        RecordLine("in", made.workingFolder),
      ]
    }
    let text = SpecFile.text(of: spec).split(separator: "\n").map(String.init)
    return lines + text.enumerated().map { RecordLine($0 == 0 ? "spec" : "", $1) }
  }
}

extension RunRow {
  init(_ summary: RunSummary, id: RunRow.ID, curves: [RunCurve]) {
    self.init(
      id: id, name: summary.name, protocol: summary.spec.protocol, model: summary.spec.model,
      tasks: summary.spec.tasks.map(\.name), state: RunState(summary.state), done: summary.done,
      failed: summary.failed, total: summary.total, progress: summary.progress,
      cellsPerHour: summary.cellsPerHour, secondsLeft: summary.secondsLeft,
      turn: Self.turn(of: curves), created: summary.created,
      workers: summary.standing.workers ?? summary.spec.workers ?? ProcessorCount.available,
      niceness: summary.standing.niceness ?? 0, slurm: summary.slurm?.text)
  }

  static func turn(of curves: [RunCurve]) -> Double? {
    curves.lazy.compactMap { $0.turn.value?.sparsity }.first
  }
}

extension RunState {
  init(_ state: RunSummary.State) {
    self =
      switch state {
      case .queued: .queued
      case .running: .running
      case .paused: .paused
      case .interrupted: .interrupted
      case .failed: .failed
      case .finished: .finished
      case .cancelled: .cancelled
      }
  }
}

extension CellRow {
  /// - Parameter masks: the names of the files in the run's folder of masks.
  init(_ summary: CellSummary, result: CellResult?, masks: Set<String>) {
    let state: State =
      switch summary.state {
      case .waiting: .waiting
      case .blocked: .blocked
      case .running: .running
      case .paused: .paused
      case .interrupted: .interrupted
      case .failed: .failed
      case .finished: .finished
      }
    self.init(
      id: summary.cell.id, state: state, step: result?.steps ?? summary.step?.step,
      steps: summary.step?.steps, loss: result?.loss ?? summary.step?.loss,
      score: summary.score, interval: result?.point?.interval(),
      // Whole seconds: more would make a new frame each time.
      seconds: (summary.seconds ?? summary.elapsed).map { $0.rounded(.down) },
      message: summary.message,
      hasMask: state == .finished && masks.contains("\(summary.cell.id).safetensors"),
      slurm: summary.state == .waiting && summary.slurm?.isActive == true ? summary.stateText : nil)
  }
}
