import Foundation

extension SQuADDataset {
  /// Reads one split: a file itself, or of a folder the first file by name that begins with the
  /// split's and ends in `.json`, such as `train-v1.1.json`.
  ///
  /// - Parameter split: `train` or `dev`.
  package init(at path: String, split: String) throws(TaskDataError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists, isFolder.boolValue else {
      try self.init(at: path)
      return
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let wanted = names.sorted().first { $0.hasPrefix(split) && $0.hasSuffix(".json") }
    guard let wanted else { throw .noFile(folder: path, names: ["\(split)-*.json"]) }
    try self.init(at: "\(path)/\(wanted)")
  }
}
