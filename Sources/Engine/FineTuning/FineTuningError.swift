/// Why a model cannot be fine-tuned, or must not go on.
package enum FineTuningError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A family that the program cannot give a head for the task.
  case noHead(family: String, task: String)
  /// A weight that the mask has removed is not zero after a step.
  case revivedWeights(matrix: String, count: Int, step: Int)
  /// A loss that is infinite or no number.
  case diverged(step: Int)
  /// Questions that say what the answer is, and not where.
  case noAnswerStart(file: String, question: String)
  /// A checkpoint of other settings, data or model.
  case otherRun(folder: String, reason: String)
  case badCheckpoint(folder: String, reason: String)
  /// A mask without one of the model's matrices, or with another shape of it.
  case badMask(file: String, matrix: String)

  package var description: String {
    switch self {
    case .noHead(let family, let task):
      """
      the program has no head for \(task) on `\(family)` models; ViT and DeiT take images, all \
      others sentences, and BERT, RoBERTa and DistilBERT also questions
      """
    case .revivedWeights(let matrix, let count, let step):
      """
      step \(step): \(count) pruned weights of \(matrix) are not zero any more; the training was \
      stopped, and its last checkpoint is sound
      """
    case .diverged(let step):
      "step \(step): the loss is not finite; try a smaller --learning-rate"
    case .noAnswerStart(let file, let question):
      "\(file): question \(question) does not say where in the context its answer starts"
    case .otherRun(let folder, let reason):
      "\(folder) belongs to another training: \(reason); give the same options, or another folder"
    case .badCheckpoint(let folder, let reason):
      """
      \(folder) cannot be resumed from: \(reason); remove this folder, and --resume takes the \
      checkpoint before it, if there is one
      """
    case .badMask(let file, let matrix):
      "\(file) is not a mask of this model: it has no bits for \(matrix), or not as many"
    }
  }
}
