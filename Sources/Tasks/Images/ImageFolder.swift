import Foundation

/// A folder that has a folder of PNG or JPEG files for each class.
///
/// The classes are numbered in the order of their names' bytes, as torchvision's `ImageFolder` and
/// Hugging Face's `imagefolder` do. Hidden files and what is no image are passed over.
struct ImageFolder {
  let path: String
  let classes: [String]

  /// - Parameter split: read from `PATH/SPLIT/CLASS`; where no folder of a split exists, `PATH/CLASS`
  ///   holds all there is.
  /// - Throws: where no class can be found.
  init(in folder: String, split: ImageSplit) throws(TaskDataError) {
    let splits = Self.folders(in: folder)
    let other: ImageSplit = split == .train ? .test : .train
    if let name = split.folders.first(where: splits.contains) {
      path = "\(folder)/\(name)"
    } else if let name = other.folders.first(where: splits.contains) {
      throw .noImages(
        folder: folder,
        reason: """
          it has the folder \(name), but none of \
          \(split.folders.joined(separator: ", ")); give another --split
          """)
    } else {
      path = folder
    }
    classes = Self.folders(in: path)
    guard !classes.isEmpty else {
      throw .noImages(folder: path, reason: "it has no folder for each class")
    }
  }

  /// Lists the images; they are decoded when they are needed.
  func read() throws(TaskDataError) -> ImageDataset {
    var files: [String] = []
    var labels: [Int] = []
    for (label, name) in classes.enumerated() {
      let images = Self.images(in: "\(path)/\(name)")
      guard !images.isEmpty else {
        throw .noImages(
          folder: "\(path)/\(name)",
          reason: "a class without PNG or JPEG files; remove the folder, or fill it")
      }
      files += images
      labels += Array(repeating: label, count: images.count)
    }
    return ImageDataset(.files(files), labels: labels, classes: classes)
  }

  /// The image files under a folder, at any depth, sorted.
  static func images(in folder: String) -> [String] {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
    let images = names.compactMap { $0 as? String }.filter { name in
      let last = name.split(separator: "/").last ?? ""
      guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return false }
      return ImageFile.suffixes.contains(last[last.index(after: dot)...].lowercased())
    }
    return images.sorted(by: Self.inByteOrder).map { "\(folder)/\($0)" }
  }

  private static func folders(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      return !name.hasPrefix(".")
        && FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
        && isFolder.boolValue
    }.sorted(by: inByteOrder)
  }

  private static func inByteOrder(_ first: String, _ second: String) -> Bool {
    first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}
