import Checkpoints

/// Why a model cannot be pruned; the message names file, tensor and weight, and says what to do.
package enum PruningError: Error, Sendable, Equatable {
  /// `index` is the first such weight's, counted row by row as the file holds them.
  case notANumber(file: String, tensor: String, index: Int)
  case tooLarge(file: String, tensor: String, weights: Int)
  case checkpoint(CheckpointError)
  case cancelled
  /// A file that should hold masks has a tensor that is none.
  case notMasks(file: String, tensor: String)
}

extension PruningError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notANumber(let file, let tensor, let index):
      "\(file): tensor \(tensor): weight \(index) is NaN, which has no magnitude; "
        + "use a checkpoint from before the training diverged"
    case .tooLarge(let file, let tensor, let weights):
      "\(file): tensor \(tensor): \(weights) weights in one matrix; 4,294,967,295 are possible"
    case .checkpoint(let error):
      error.description
    case .cancelled:
      "cancelled"
    case .notMasks(let file, let tensor):
      "\(file): tensor \(tensor) is no mask; masks are written by runs, in their folder masks"
    }
  }
}
