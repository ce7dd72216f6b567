import CKernels
import Checkpoints
import Tensors

/// A model that tells the class of images.
package struct ImageClassifier: Sendable {
  package let model: Transformer
  package let parameters: Parameters
  package let report: LoadReport
  /// Size and channels of the images, and the patches they are cut into.
  package let image: ImageInput

  /// The model with its weights.
  package var transformer: LoadedTransformer { LoadedTransformer(model, parameters, report) }

  /// The classes, in the order of the logits.
  package var labels: [String] { model.configuration.labels }

  /// Loads a checkpoint.
  ///
  /// - Throws: a `TransformerError` that says in one sentence why the model cannot classify images,
  ///   or a `CheckpointError`.
  package init(_ checkpoint: Checkpoint) throws {
    try Self.check(checkpoint.configuration, path: checkpoint.path)
    let loaded = try LoadedTransformer(checkpoint)
    self.init(loaded.model, loaded.parameters, loaded.report)
  }

  /// A classifier with given weights; the model must take images.
  package init(_ model: Transformer, _ parameters: Parameters, _ report: LoadReport = LoadReport())
  {
    guard case .image(let image) = model.configuration.input else {
      preconditionFailure("a model of text")
    }
    self.model = model
    self.parameters = parameters
    self.report = report
    self.image = image
  }

  /// Reads the `config.json` of an image classifier; throws the reason where the program cannot
  /// run it. Needs no weights.
  /// - Returns: what the images have to be like, and the classes in the order of the logits.
  @discardableResult
  package static func check(
    _ json: JSONValue?, path: String
  ) throws(TransformerError) -> (image: ImageInput, labels: [String]) {
    guard let json else { throw .noConfiguration(path: path) }
    let configuration = try TransformerConfiguration(json)
    guard case .image(let image) = configuration.input else {
      throw .wrongInput(model: "a `\(configuration.family.rawValue)` model", expected: "images")
    }
    return (image, configuration.labels)
  }

  /// The logits of some images, [count, labels]; valid until the tape's next pass.
  ///
  /// - Parameters:
  ///   - pixels: [count, channels, height, width], normalised as the model expects.
  ///   - parameters: other weights than the classifier's own, such as pruned ones.
  ///   - memory: see `Transformer.forward`.
  package func logits(
    _ pixels: UnsafeBufferPointer<Float>, parameters: Parameters? = nil, on tape: Tape,
    sharing memory: (any ActivationMemory)? = nil
  ) -> Matrix {
    let batch = ImageBatch(pixels: pixels, count: pixels.count / image.pixels)
    return model.logits(
      .images(batch), parameters ?? self.parameters, on: tape, sharing: memory)
  }

  /// The most likely class of each of some images; see `logits`.
  package func predictions(
    _ pixels: UnsafeBufferPointer<Float>, parameters: Parameters? = nil, on tape: Tape,
    sharing memory: (any ActivationMemory)? = nil
  ) -> [Int] {
    let logits = logits(pixels, parameters: parameters, on: tape, sharing: memory)
    let classes = tape.workspace.indices(logits.rows)
    rows_argmax(logits.base, classes.baseAddress, logits.rows, logits.columns)
    return classes.map(Int.init)
  }
}
