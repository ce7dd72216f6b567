import Engine
import Foundation
import Tasks
import Tokenizers

/// A task to fine-tune on, with where its data is.
struct FinetuneTask {
  private enum Source {
    case glue(GLUETask)
    case squad
    /// Images that are read already: those to train on, and those held out.
    case images(train: ImageClassification, heldOut: ImageClassification)
  }

  let task: FineTuningTask
  private let source: Source
  private let data: String
  private let dev: String?
  private let modelFolder: String

  /// The tasks that need `--data`.
  static let namesOfData = GLUETask.allCases.map(\.rawValue) + ["squad", "images"]

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
    let folder = try name == "digits" ? Resources.folder("digits").path : self.data
    let preprocessing = try ImagePreprocessing(modelFolder: modelFolder)
    func images(_ folder: String, _ split: String) throws -> ImageClassification {
      ImageClassification(
        name: name, images: try ImageDataset(idxFolder: folder, split: split),
        preprocessing: preprocessing)
    }
    let train = try images(folder, "train")
    source = .images(train: train, heldOut: try images(dev ?? folder, "test"))
    task = .images(name: name, classes: (train.images.labels.max() ?? 0) + 1)
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
        SQuADDataset(at: data), heldOut: try dev.map { try SQuADDataset(at: $0) }, for: model,
        tokenizer: try Tokenizer.load(folder: modelFolder), settings: settings, limit: limit)
    case .images(let train, let heldOut):
      return try FineTuningData(train, heldOut: heldOut, for: model, limit: limit)
    }
  }

  /// Where the dev split of GLUE is; nil where the training data is a file alone.
  private var heldOutPath: String? {
    if let dev { return dev }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? data : nil
  }
}
