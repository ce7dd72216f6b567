import Checkpoints
import Foundation

/// The files of CIFAR-10 or CIFAR-100, as Alex Krizhevsky distributes them: binary records, or
/// pickles of NumPy arrays for Python. Images are 3×32×32.
///
/// Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the page
/// of the data sets.
struct CIFARBatches {
  enum Kind {
    case ten
    case hundred

    var classCount: Int { self == .ten ? 10 : 100 }
    /// Bytes of labels before each image of the binary files; the last is the class, the first of
    /// CIFAR-100 a coarser one.
    var labelBytes: Int { self == .ten ? 1 : 2 }
    /// The key of the classes in the pickles.
    var labelKey: String { self == .ten ? "labels" : "fine_labels" }
    /// The folders that the archives unpack to.
    var folders: [String] {
      self == .ten
        ? ["cifar-10-batches-bin", "cifar-10-batches-py"]
        : ["cifar-100-binary", "cifar-100-python"]
    }

    /// The files of a split, without the binary ones' `.bin`.
    func names(_ split: ImageSplit) -> [String] {
      switch (self, split) {
      case (.ten, .train): (1...5).map { "data_batch_\($0)" }
      case (.ten, .test): ["test_batch"]
      case (.hundred, let split): [split.rawValue]
      }
    }
  }

  private static let shape = ImageShape(channels: 3, height: 32, width: 32)

  let kind: Kind
  let files: [String]
  let isBinary: Bool

  /// Finds a split's files in a folder, or in the folder inside it that the archive unpacks to.
  ///
  /// - Returns: nil where the folder holds none of either split.
  init?(_ kind: Kind, in folder: String, split: ImageSplit) {
    for folder in [folder] + kind.folders.map({ "\(folder)/\($0)" }) {
      for suffix in [".bin", ""] {
        let all = kind.names(.train) + kind.names(.test)
        guard all.contains(where: { Self.isFile("\(folder)/\($0)\(suffix)") }) else { continue }
        self.kind = kind
        files = kind.names(split).map { "\(folder)/\($0)\(suffix)" }
        isBinary = suffix == ".bin"
        return
      }
    }
    return nil
  }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  /// Reads all files of the split, every one of which must be there.
  func read() throws(TaskDataError) -> ImageDataset {
    var bytes: [UInt8] = []
    var labels: [Int] = []
    for file in files {
      if isBinary {
        try readBinary(file, &bytes, &labels)
      } else {
        try readPickle(file, &bytes, &labels)
      }
    }
    return ImageDataset(.array(ImageArray(shape: Self.shape, bytes: bytes)), labels: labels)
  }

  private func readBinary(
    _ file: String, _ bytes: inout [UInt8], _ labels: inout [Int]
  ) throws(TaskDataError) {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .unreadable(file: file)
    }
    let size = kind.labelBytes + Self.shape.count
    guard !data.isEmpty, data.count.isMultiple(of: size) else {
      throw .malformed(
        file: file, offset: data.count - data.count % size,
        reason: """
          \(data.count) bytes are no whole number of images of \(size) bytes, labels included; \
          fetch the file again
          """)
    }
    bytes.reserveCapacity(bytes.count + data.count)
    for start in stride(from: 0, to: data.count, by: size) {
      let label = Int(data[start + kind.labelBytes - 1])
      guard label < kind.classCount else {
        throw outOfRange(label, file: file, offset: start + kind.labelBytes - 1)
      }
      labels.append(label)
      bytes.append(contentsOf: data[start + kind.labelBytes..<start + size])
    }
  }

  private func readPickle(
    _ file: String, _ bytes: inout [UInt8], _ labels: inout [Int]
  ) throws(TaskDataError) {
    let pickle: PickledArrays
    do {
      pickle = try PickledArrays(at: file)
    } catch {
      throw TaskDataError(error, file: file)
    }
    func fail(_ reason: String) -> TaskDataError {
      .malformed(file: file, offset: 0, reason: reason + "; fetch the file again")
    }
    guard let images = pickle.array("data"), let classes = pickle.integers(kind.labelKey) else {
      throw fail(
        """
        the pickle must have an array `data` and a list `\(kind.labelKey)`; it has \
        \(pickle.keys.joined(separator: ", "))
        """)
    }
    guard images.shape.count == 2, images.shape[1] == Self.shape.count else {
      throw fail("`data` has the shape \(images.shape) where [images, 3072] is expected")
    }
    guard images.shape[0] == classes.count else {
      throw .countsDiffer(
        images: file, labels: file, imageCount: images.shape[0], labelCount: classes.count)
    }
    if let wrong = classes.first(where: { !(0..<kind.classCount).contains($0) }) {
      throw outOfRange(wrong, file: file, offset: 0)
    }
    bytes += images.bytes
    labels += classes
  }

  private func outOfRange(_ label: Int, file: String, offset: Int) -> TaskDataError {
    .malformed(
      file: file, offset: offset,
      reason: "the class \(label), but there are \(kind.classCount); fetch the file again")
  }
}

extension TaskDataError {
  /// What is wrong with a pickle, said for a data set rather than for a model.
  fileprivate init(_ error: CheckpointError, file: String) {
    switch error {
    case .refusedGlobal(_, let offset, let global):
      self = .malformed(
        file: file, offset: offset,
        reason: "the pickle names \(global), which arrays of bytes do not need, and is not run")
    case .refusedOpcode(_, let offset, let opcode):
      self = .malformed(
        file: file, offset: offset,
        reason: "the pickle has the opcode \(opcode), which arrays of bytes do not need")
    case .badPickle(_, let offset, let reason):
      self = .malformed(
        file: file, offset: offset, reason: "\(reason); fetch the file again")
    default: self = .unreadable(file: file)
    }
  }
}
