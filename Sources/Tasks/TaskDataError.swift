/// What is wrong with a task's data, and where.
package enum TaskDataError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(file: String)
  /// A file whose contents break its format; `offset` counts bytes from its start.
  case malformed(file: String, offset: Int, reason: String)
  /// Images and labels that do not belong together.
  case countsDiffer(images: String, labels: String, imageCount: Int, labelCount: Int)
  /// A setting of `preprocessor_config.json` that makes no sense.
  case badPreprocessing(file: String, reason: String)
  /// Data that a model cannot be given.
  case wrongImages(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let file): "\(file) cannot be read"
    case .malformed(let file, let offset, let reason): "\(file), byte \(offset): \(reason)"
    case .countsDiffer(let images, let labels, let imageCount, let labelCount):
      "\(images) holds \(imageCount) images, but \(labels) holds \(labelCount) labels"
    case .badPreprocessing(let file, let reason): "\(file): \(reason)"
    case .wrongImages(let reason): reason
    }
  }
}
