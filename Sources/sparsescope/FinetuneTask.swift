import Engine
import Foundation
import Tasks
import Tokenizers
import Transformers

/// A task to fine-tune on, with where its data is.
struct FinetuneTask {
  private enum Source {
    case glue(GLUETask)
    case squad
    /// Images that are read already: those to train on, and those held out.
    case images(train: ImageDataset, heldOut: ImageDataset)
  }

  let task: FineTuningTask
  private let source: Source
  private let data: String
  private let dev: String?
  private let modelFolder: String

  /// The tasks that need `--data`.
  static let namesOfData =
    GLUETask.allCases.map(\.rawValue) + ["squad"] + ImageTask.allCases.map(\.rawValue)

  /// - Parameter name: `digits`, or one of `namesOfData`.
  /// - Throws: `TaskDataError` where images cannot be read; texts are read by `load`.
  init(named name: String, data: String?, dev: String?, modelFolder: String) throws {
    self.data = data ?? ""
    self.dev = dev
    self.modelFolder = modelFolder
    if let glue = GLUETask(rawValue: name) {
      source = .glue(glue)
      task = .glue(glue)
      return
    }
    guard name != "squad" else {
      source = .squad
      task = .squad
      return
    }
    let images: (ImageSplit) throws -> ImageDataset
    var title = name
    if let task = ImageTask(rawValue: name) {
      title = task.title
      images = { try task.read(at: $0 == .train ? data ?? "" : dev ?? data ?? "", split: $0) }
    } else {
      let folder = try Resources.folder("digits").path
      images = { try ImageDataset(idxFolder: folder, split: $0) }
    }
    let train = try images(.train)
    let classes = train.classes ?? (0...(train.labels.max() ?? 0)).map(String.init)
    source = .images(train: train, heldOut: try images(.test))
    task = .images(name: title, classes: classes)
  }

  /// Reads and encodes the data.
  ///
  /// - Parameter limit: only the first so many training examples.
  func load(
    for model: FineTuningModel, settings: FineTuningSettings, limit: Int?
  ) throws -> FineTuningData {
    switch source {
    case .glue(let task):
      return try FineTuningData(
        GLUEDataset(task, at: data, split: "train"),
        heldOut: try heldOutPath.map { try GLUEDataset(task, at: $0) }, for: model,
        tokenizer: try Tokenizer.load(folder: modelFolder), settings: settings, limit: limit)
    case .squad:
      return try FineTuningData(
        SQuADDataset(at: data, split: "train"),
        heldOut: try heldOutPath.map { try SQuADDataset(at: $0, split: "dev") }, for: model,
        tokenizer: try Tokenizer.load(folder: modelFolder), settings: settings, limit: limit)
    case .images(let train, let heldOut):
      return try FineTuningData(
        try classification(train, for: model), heldOut: try classification(heldOut, for: model),
        for: model, limit: limit)
    }
  }

  /// Images as the model takes them, their labels being its outputs.
  private func classification(
    _ images: ImageDataset, for model: FineTuningModel
  ) throws -> ImageClassification {
    let configuration = model.loaded.model.configuration
    guard case .image(let image) = configuration.input else {
      preconditionFailure("a model of images has the head for images")
    }
    return ImageClassification(
      name: task.title, images: images,
      preprocessing: try ImagePreprocessing(modelFolder: modelFolder), input: ImageShape(image),
      order: try ImageClassOrder(
        of: configuration.labels, for: images, named: task.title))
  }

  /// Where the dev split of a task of texts is; nil where the training data is a file alone.
  private var heldOutPath: String? {
    if let dev { return dev }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? data : nil
  }
}
