import Experiments
import Foundation

extension TensorBoardWriter {
  /// The losses and metrics of one cell by training step; nil where the cell has none.
  package static func file(of cell: ExperimentCell.ID, in run: RunFolder) -> ExportFile? {
    var tail = EventTail(path: run.eventFile(of: cell))
    let history = TrainingHistory(tail.read())
    guard let first = (history.steps.map(\.time) + history.evaluations.map(\.time)).min() else {
      return nil
    }
    var writer = TensorBoardWriter(time: first)
    for entry in history.steps {
      let values: [(String, Double?)] = [
        ("train/loss", entry.value.loss), ("train/learning_rate", entry.value.learningRate),
        ("train/grad_norm", entry.value.gradNorm), ("train/sparsity", entry.value.sparsity),
        ("train/examples_per_second", entry.value.examplesPerSecond),
        ("train/revived_zeros", entry.value.revivedZeros.map(Double.init)),
      ]
      for case (let tag, let value?) in values {
        writer.add(tag, Float(value), step: entry.step, time: entry.time)
      }
    }
    for entry in history.evaluations {
      writer.add("eval/score", Float(entry.value.score), step: entry.step, time: entry.time)
      for (name, value) in entry.value.metrics.sorted(by: { $0.key < $1.key }) {
        writer.add("eval/\(name)", Float(value), step: entry.step, time: entry.time)
      }
    }
    // A folder for each cell: TensorBoard takes folders for runs.
    let name = fileName(time: first, host: ProcessIdentity.current.host, process: 0)
    return ExportFile(path: "\(run.name)/\(cell)/\(name)", contents: writer.contents)
  }
}
