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
    func images(_ folder: String, _ split: ImageSplit) throws -> ImageDataset {
      guard let known = ImageTask(rawValue: name) else {
        return try ImageDataset(idxFolder: Resources.folder("digits").path, split: split)
      }
      return try known.read(at: folder, split: split)
    }
    let train = try images(self.data, .train)
    source = .images(train: train, heldOut: try images(dev ?? self.data, .test))
    task = .images(name: ImageTask(rawValue: name)?.title ?? name, train)
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
      var preprocessing = try ImagePreprocessing(modelFolder: modelFolder)
      // The embedded digits mean nothing at another size.
      if data.isEmpty { (preprocessing.resizing, preprocessing.crop) = (nil, nil) }
      return try FineTuningData(
        train, heldOut: heldOut, named: task.title, preprocessing: preprocessing, for: model,
        limit: limit)
    }
  }

  /// Where the dev split of a task of texts is; nil where the training data is a file alone.
  private var heldOutPath: String? {
    if let dev { return dev }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? data : nil
  }
}
