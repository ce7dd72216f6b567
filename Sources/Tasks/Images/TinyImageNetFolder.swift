import Foundation

/// Tiny ImageNet as Stanford's CS231n distributes it: `train/CLASS/images/*.JPEG`, and `val/images`
/// with the classes in `val_annotations.txt`. The images of `test` have no labels, so that `val`
/// takes its place.
///
/// `wnids.txt` tells which classes there are; they are numbered by their names, as whoever reads
/// `train` with torchvision's `ImageFolder` numbers them.
struct TinyImageNetFolder {
  private let path: String
  private let classes: [String]

  /// - Returns: nil where the folder, or `tiny-imagenet-200` in it, holds no `wnids.txt`.
  init?(in folder: String) {
    for folder in [folder, "\(folder)/tiny-imagenet-200"] {
      guard let text = try? String(contentsOfFile: "\(folder)/wnids.txt", encoding: .utf8) else {
        continue
      }
      path = folder
      classes = text.split(whereSeparator: \.isWhitespace).map(String.init).sorted()
      return
    }
    return nil
  }

  func read(_ split: ImageSplit) throws(TaskDataError) -> ImageDataset {
    let files = try split == .train ? trainFiles() : validationFiles()
    return ImageDataset(.files(files.map(\.path)), labels: files.map(\.label), classes: classes)
  }

  private typealias LabelledFile = (path: String, label: Int)

  private func trainFiles() throws(TaskDataError) -> [LabelledFile] {
    var files: [LabelledFile] = []
    for (label, name) in classes.enumerated() {
      let images = ImageFolder.images(in: "\(path)/train/\(name)")
      guard !images.isEmpty else {
        throw .noImages(
          folder: "\(path)/train/\(name)",
          reason: "a class of wnids.txt without images; unpack the data set again")
      }
      files += images.map { ($0, label) }
    }
    return files
  }

  private func validationFiles() throws(TaskDataError) -> [LabelledFile] {
    let file = "\(path)/val/val_annotations.txt"
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw .unreadable(file: file)
    }
    let numbers = Dictionary(
      zip(classes, classes.indices), uniquingKeysWith: { first, _ in first })
    var files: [LabelledFile] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count >= 2 else {
        throw .badLine(
          file: file, line: index + 1, reason: "an image's file and its class are expected")
      }
      guard let label = numbers[String(fields[1])] else {
        throw .badLine(
          file: file, line: index + 1, reason: "the class \(fields[1]) is not in wnids.txt")
      }
      files.append(("\(path)/val/images/\(fields[0])", label))
    }
    return files
  }
}
