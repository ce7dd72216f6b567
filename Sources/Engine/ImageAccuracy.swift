import Tasks
import Transformers

/// Runs an image classifier over a task on all workers.
package struct ImageAccuracy: Sendable {
  private let workers: ParallelWorkers
  private let tapes: WorkerLocal<Tape>

  /// Images of a batch: their activations stay in the second-level cache.
  package static let batchSize = 45

  package init(workers: ParallelWorkers) {
    self.workers = workers
    tapes = WorkerLocal(count: workers.count) { Tape() }
  }

  /// The most likely class of each image of a task.
  package func predictions(
    of classifier: ImageClassifier, parameters: Parameters? = nil, on task: ImageClassification
  ) throws -> [Int] {
    let batches = stride(from: 0, to: task.count, by: Self.batchSize).map {
      $0..<min($0 + Self.batchSize, task.count)
    }
    let tapes = tapes
    return try workers.map(batches) { batch, worker in
      try task.withPixels(of: batch) {
        classifier.predictions($0, parameters: parameters, on: tapes[worker])
      }
    }.flatMap(\.self)
  }

  /// How many images are classified rightly.
  package func correct(
    _ classifier: ImageClassifier, parameters: Parameters? = nil, on task: ImageClassification
  ) throws -> Int {
    let predictions = try predictions(of: classifier, parameters: parameters, on: task)
    return zip(predictions, task.labels).count { $0 == $1 }
  }
}
