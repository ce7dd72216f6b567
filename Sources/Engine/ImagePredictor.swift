import Experiments
import Pruning
import Tasks
import Tensors
import Transformers

/// An image classifier at one level that can be asked about single images.
package struct ImagePredictor: Sendable {
  private let classifier: ImageClassifier
  private let parameters: Parameters
  private let preprocessing: ImagePreprocessing

  /// Maps the weights, and reads how images are prepared from the model's folder.
  ///
  /// - Parameters:
  ///   - plan: the weights to remove; nil for none.
  ///   - kernels: with what they are multiplied.
  /// - Throws: `TransformerError` where the program cannot run the model, `TaskDataError` where its
  ///   `preprocessor_config.json` makes no sense.
  package init(
    _ matrices: PrunableMatrices, plan: PruningPlan? = nil, kernels: KernelChoice = .dense
  ) throws {
    try BLAS.load()
    let loaded = try ImageClassifier(matrices.checkpoint)
    classifier = loaded
    parameters =
      try plan.map {
        try loaded.transformer.pruned(
          $0, of: matrices, kernels: kernels,
          on: ParallelWorkers(count: ProcessorCount.available), tokens: loaded.image.tokens
        ).parameters
      } ?? loaded.parameters
    preprocessing = try ImagePreprocessing(modelFolder: matrices.checkpoint.folder)
  }

  /// Parameters of the head that the files lack and that are random, so that answers mean nothing.
  package var freshParameters: [String] { classifier.report.fresh }

  /// The classes of a PNG or JPEG file, the most likely first.
  ///
  /// - Throws: `TaskDataError` where the file is none, or does not fit the model.
  package func classes(ofFile path: String, count: Int) throws -> [LikelyText] {
    let image = ImageClassification(
      name: path, images: ImageDataset(.files([path]), labels: [0]), preprocessing: preprocessing,
      input: ImageShape(classifier.image))
    let logits = try image.withPixels(of: 0..<1) { pixels in
      let tape = Tape()
      // The logits lie in the tape's memory.
      return withExtendedLifetime(tape) {
        Array(classifier.logits(pixels, parameters: parameters, on: tape).row(0))
      }
    }
    return logits.mostLikely(count) { classifier.labels[$0] }
  }
}
