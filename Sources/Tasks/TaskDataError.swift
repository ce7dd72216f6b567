/// What is wrong with a task's data, and where.
package enum TaskDataError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(file: String)
  /// A folder that holds none of the files that a data set's split may have.
  case noFile(folder: String, names: [String])
  /// A subject of MMLU without the file of solved examples that are to stand before its questions.
  case noExamples(file: String, shots: Int)
  /// A file whose contents break its format; `offset` counts bytes from its start.
  case malformed(file: String, offset: Int, reason: String)
  /// A line of a text file that cannot be used; lines count from 1.
  case badLine(file: String, line: Int, reason: String)
  /// A file of one JSON document that is not what the data set writes; `path` leads to the member.
  case badJSON(file: String, path: String, reason: String)
  /// Images and labels that do not belong together.
  case countsDiffer(images: String, labels: String, imageCount: Int, labelCount: Int)
  /// A setting of `preprocessor_config.json` that makes no sense.
  case badPreprocessing(file: String, reason: String)
  /// Images that a model cannot be given.
  case wrongImages(reason: String)
  /// A model whose classes are not those of the task.
  case labelsDiffer(task: String, expected: [String], found: [String])
  /// A folder that does not hold the images that a task needs.
  case noImages(folder: String, reason: String)
  /// A file of an image that cannot be decoded.
  case badImage(file: String, reason: String)
  /// A library that a file needs; `package` is Debian's name for it.
  case missingLibrary(file: String, reason: String, package: String)

  package var description: String {
    switch self {
    case .unreadable(let file): "\(file) cannot be read"
    case .noFile(let folder, let names):
      "\(folder) holds no \(names.joined(separator: ", no ")); give the file itself"
    case .noExamples(let file, let shots):
      """
      \(file), from which --shots \(shots) takes its examples, does not exist; give the folder that \
      holds dev and test
      """
    case .malformed(let file, let offset, let reason): "\(file), byte \(offset): \(reason)"
    case .badLine(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .badJSON(let file, let path, let reason):
      path.isEmpty ? "\(file): \(reason)" : "\(file), \(path): \(reason)"
    case .countsDiffer(let images, let labels, let imageCount, let labelCount):
      "\(images) holds \(imageCount) images, but \(labels) holds \(labelCount) labels"
    case .badPreprocessing(let file, let reason): "\(file): \(reason)"
    case .wrongImages(let reason): reason
    case .labelsDiffer(let task, let expected, let found):
      """
      \(task) needs a model of the classes \(expected.joined(separator: ", ")), in whatever order \
      its id2label gives, but this one's are \(found.joined(separator: ", "))
      """
    case .noImages(let folder, let reason): "\(folder): \(reason)"
    case .badImage(let file, let reason):
      "\(file): the image cannot be decoded (\(reason)); replace or remove it"
    case .missingLibrary(let file, let reason, let package):
      "\(file) needs a library that is missing (\(reason)); `sudo apt-get install \(package)`"
    }
  }
}
