import Experiments
import Pruning
import Tasks
import Tensors
import Tokenizers
import Transformers

/// Measures a sequence classifier on a task of GLUE.
///
/// The score of an example is 1 where the class is right, else 0; for STS-B it is 1 − |error| / 5,
/// not below 0, since a correlation is not a mean over examples. The official metrics come with
/// complete points.
package final class SequenceClassificationEvaluator: LevelEvaluator {
  package let batches: [Range<Int>]
  package let chance: Double?

  private let model: TextModel
  private let data: GLUEDataset
  private let order: LabelOrder
  private let encodings: [Encoding]
  private let predictions: PredictionLog<Double>

  /// Encodes the examples; the weights are read when the first level is prepared.
  ///
  /// - Parameter maxLength: the most tokens of an example; 128 is what papers on GLUE use.
  /// - Throws: `TransformerError` where the program cannot run the model, `TextTaskError` or
  ///   `TaskDataError` where it does not fit the task.
  package init(
    _ matrices: PrunableMatrices, tokenizer: Tokenizer, data: GLUEDataset, maxLength: Int = 128
  ) throws {
    model = try TextModel(matrices, tokenizer: tokenizer, head: .sequenceClassification)
    order = try LabelOrder(of: model.configuration.labels, for: data.task)
    let length = model.maximumLength(maxLength)
    encodings = data.examples.map {
      tokenizer.encode($0.first, pair: $0.second, maxLength: length)
    }
    try model.check(encodings.lazy.map(\.ids))
    self.data = data
    chance = data.chance
    batches = TokenBudget().batches(encodings.map(\.count))
    predictions = PredictionLog(count: data.examples.count)
  }

  package var activations: ActivationStore? { model.activations }

  package func prepare(
    _ plan: PruningPlan, kernels: KernelChoice, on workers: ParallelWorkers
  ) throws -> any PreparedLevel {
    let (transformer, weights) = try model.pruned(plan, kernels: kernels, on: workers)
    return Level(
      evaluator: self, request: plan.request, model: transformer,
      parameters: weights.parameters, speed: LevelSpeed(weights),
      unchangedBlocks: weights.unchangedBlocks)
  }

  /// Where the time of all passes so far has gone, on all threads together.
  package var operationTimes: OperationTimes { model.tapes.operationTimes }

  /// What the model said of the first examples at a request; nil before they have been measured.
  package func predictions(at request: PruningRequest, first count: Int? = nil) -> [Double]? {
    predictions.first(count ?? data.examples.count, at: request)
  }

  /// A prediction as GLUE's files write it: a number, or the name of a class where they use names.
  func label(_ prediction: Double) -> String { data.task.label(of: prediction) }

  private struct Level: PreparedLevel {
    let evaluator: SequenceClassificationEvaluator
    let request: PruningRequest
    let model: Transformer
    let parameters: Parameters
    let speed: LevelSpeed
    let unchangedBlocks: Int

    func scores(of batch: Range<Int>) throws -> [Float] {
      let tokens = evaluator.model.batch(evaluator.encodings[batch])
      let memory = evaluator.model.activations.memory(
        of: batch, unchangedBlocks: unchangedBlocks)
      let predictions = evaluator.model.tapes.withTape { tape in
        evaluator.predictions(
          model.logits(.tokens(tokens), parameters, on: tape, sharing: memory))
      }
      evaluator.predictions.record(predictions, of: batch, at: request)
      return zip(predictions, batch).map { Float(evaluator.data.score($0, of: $1)) }
    }

    func metrics(ofFirst count: Int) -> [String: Double] {
      evaluator.predictions.first(count, at: request).map(evaluator.data.metrics) ?? [:]
    }
  }

  /// The most likely class of each row, in the task's order, the first one of equals; or the number
  /// of each row.
  private func predictions(_ logits: Matrix) -> [Double] {
    (0..<logits.rows).map { row in
      let row = logits.row(row)
      guard data.task != .stsb else { return Double(row[0]) }
      var best = 0
      for index in row.indices where row[index] > row[best] { best = index }
      return Double(order.classes[best])
    }
  }
}
