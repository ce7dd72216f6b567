/// In which order an experiment prunes, trains and measures.
package enum ExperimentProtocol: String, Sendable, Hashable, Codable, CaseIterable {
  /// Prune the pre-trained weights once, fine-tune under the mask, evaluate.
  case oneShot = "one-shot"
  /// Iterative magnitude pruning with rewinding; each round's ticket is then fine-tuned.
  case lotteryTicket = "lottery-ticket"
  /// Fine-tune the dense model, prune what came out, evaluate without training again.
  case postFineTuning = "post-fine-tuning"
  /// Raise the sparsity along a cubic schedule while fine-tuning.
  case gradual
}
