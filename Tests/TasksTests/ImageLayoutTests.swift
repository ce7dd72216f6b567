import Foundation
import Testing

@testable import Tasks

/// The layouts in which data sets of images come.
struct ImageLayoutTests {
  private func error(
    _ task: ImageTask, _ folder: TemporaryFolder, _ split: ImageSplit = .test
  ) -> String {
    let error = #expect(throws: TaskDataError.self) { try task.read(at: folder.path, split: split) }
    return error.map { "\($0)" } ?? ""
  }

  // MARK: IDX

  private static let twoImages: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2] + [0, 16, 8, 4]

  @Test func `a split is read under both names of the test set`() throws {
    let folder = try TemporaryFolder()
    try folder.write("t10k-images-idx3-ubyte", Self.twoImages)
    try folder.write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 7, 3])
    let images = try ImageTask.fashionMNIST.read(at: folder.path, split: .test)
    #expect(images.labels == [7, 3])
    #expect(images.array?.bytes == [0, 16, 8, 4])
    #expect(images.array?.shape == ImageShape(channels: 1, height: 1, width: 2))
    #expect(images.classes?[7] == "Sneaker")
    #expect(error(.images, folder, .train).contains("train-images-idx3-ubyte"))
  }

  @Test func `compressed files are unpacked, and damaged ones refused`() throws {
    let folder = try TemporaryFolder()
    try folder.copy("t10k-images-idx3-ubyte.gz", to: "t10k-images-idx3-ubyte.gz")
    try folder.copy("t10k-labels-idx1-ubyte.gz", to: "t10k-labels-idx1-ubyte.gz")
    let images = try ImageTask.images.read(at: folder.path, split: .test)
    #expect(images.labels == [7, 3])
    #expect(images.array?.bytes == [0, 16, 8, 4])
    let whole = try ImageFixture.bytes("t10k-images-idx3-ubyte.gz")
    for length in [2, 12, whole.count - 9, whole.count - 1] {
      try folder.write("t10k-images-idx3-ubyte.gz", Array(whole.prefix(length)))
      #expect(error(.images, folder).contains("t10k-images-idx3-ubyte.gz"), "\(length) bytes")
    }
  }

  @Test func `images without as many labels are refused by name`() throws {
    let folder = try TemporaryFolder()
    try folder.write("train-images-idx3-ubyte", Self.twoImages)
    try folder.write("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 7])
    #expect(error(.images, folder, .train).contains("train-labels-idx1-ubyte holds 1 labels"))
  }

  @Test func `a broken test set is told, not passed over for the other name`() throws {
    let folder = try TemporaryFolder()
    try folder.write("test-images-idx3-ubyte", [9, 9, 9, 9])
    #expect(error(.images, folder).contains("test-images-idx3-ubyte, byte 0"))
  }

  @Test func `a label beyond the task's classes is refused`() throws {
    let folder = try TemporaryFolder()
    try folder.write("test-images-idx3-ubyte", Self.twoImages)
    try folder.write("test-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 7, 10])
    #expect(error(.fashionMNIST, folder).contains("10 classes, but these images have 11"))
  }

  // MARK: CIFAR

  /// The bytes of the two images in the fixtures.
  private static let pattern = (0..<2 * 3072).map { UInt8(truncatingIfNeeded: $0 * 31 + 7) }

  private static func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.enumerated().flatMap { $1 + pattern[$0 * 3072..<($0 + 1) * 3072] }
  }

  @Test(arguments: ["", "cifar-10-batches-bin/"])
  func `CIFAR-10's binary files are read, here or one folder down`(prefix: String) throws {
    let folder = try TemporaryFolder()
    if !prefix.isEmpty {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(prefix)", withIntermediateDirectories: true)
    }
    for batch in 1...5 {
      try folder.write(
        "\(prefix)data_batch_\(batch).bin", Self.records([[UInt8(batch)], [UInt8(batch) + 1]]))
    }
    try folder.write("\(prefix)test_batch.bin", Self.records([[9]]))
    let train = try ImageTask.cifar10.read(at: folder.path, split: .train)
    #expect(train.labels == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
    #expect(train.array?.bytes.prefix(6144) == Self.pattern[...])
    #expect(train.array?.shape == ImageShape(channels: 3, height: 32, width: 32))
    let test = try ImageTask.images.read(at: folder.path, split: .test)
    #expect(test.labels == [9])
    #expect(test.classes?[9] == "truck")
  }

  @Test func `CIFAR-100's binary files have two labels, of which the finer counts`() throws {
    let folder = try TemporaryFolder()
    try folder.write("test.bin", Self.records([[1, 42], [2, 99]]))
    let images = try ImageTask.cifar100.read(at: folder.path, split: .test)
    #expect(images.labels == [42, 99])
    #expect(images.classes?[42] == "leopard")
    #expect(images.array?.bytes == Self.pattern)
    #expect(images.classes?.count == 100)
    #expect(error(.cifar100, folder, .train).contains("train.bin cannot be read"))
  }

  @Test(arguments: [
    "protocol-2", "protocol-3", "protocol-4", "protocol-5", "numpy-1", "python-2",
  ])
  func `CIFAR-10's pickles are read, whoever wrote them`(kind: String) throws {
    let folder = try TemporaryFolder()
    try folder.copy("cifar10-\(kind)", to: "cifar-10-batches-py/test_batch")
    let images = try ImageTask.cifar10.read(at: folder.path, split: .test)
    #expect(images.labels == [3, 9])
    #expect(images.array?.bytes == Self.pattern)
  }

  @Test func `CIFAR-100's pickles are read by their finer labels`() throws {
    let folder = try TemporaryFolder()
    try folder.copy("cifar100-protocol-2", to: "cifar-100-python/test")
    let images = try ImageTask.cifar100.read(at: folder.path, split: .test)
    #expect(images.labels == [42, 99])
    #expect(images.array?.bytes == Self.pattern)
  }

  @Test func `a pickle that names anything else is refused by that name`() throws {
    let folder = try TemporaryFolder()
    for (fixture, complaint) in [
      ("evil", "posix.system"), ("floats", "f4"), ("cifar100-protocol-2", "fine_labels"),
      ("rgb.png", "no pickle"),
    ] {
      try? FileManager.default.removeItem(atPath: "\(folder.path)/test_batch")
      try folder.copy(fixture, to: "test_batch")
      let message = error(.cifar10, folder)
      #expect(message.contains(complaint) && message.contains("test_batch"), "\(message)")
    }
  }

  @Test func `a pickle that lies is refused at each place`() throws {
    let folder = try TemporaryFolder()
    let bytes = try ImageFixture.bytes("cifar10-protocol-3")
    for length in [0, 1, 40, 3000, bytes.count - 1] {
      try folder.write("test_batch", Array(bytes.prefix(length)))
      #expect(error(.cifar10, folder).contains("test_batch"), "\(length) bytes")
    }
    // The labels 3 and 9 stand as K\x03K\x09 in a list.
    let place = try #require(bytes.firstRange(of: [0x4b, 3, 0x4b, 9]))
    var changed = bytes
    changed[place.lowerBound + 1] = 10
    try folder.write("test_batch", changed)
    #expect(error(.cifar10, folder).contains("the class 10, but there are 10"))
    changed = bytes
    changed.replaceSubrange(place.lowerBound..<place.lowerBound + 2, with: [])
    try folder.write("test_batch", changed)
    #expect(error(.cifar10, folder).contains("holds 1 labels"))
  }

  @Test func `binary files that are cut or have no such class are refused`() throws {
    let folder = try TemporaryFolder()
    try folder.write("test_batch.bin", Self.records([[3], [9]]).dropLast())
    #expect(error(.cifar10, folder).contains("test_batch.bin, byte 3073"))
    try folder.write("test_batch.bin", Self.records([[3], [10]]))
    #expect(error(.cifar10, folder).contains("byte 3073: the class 10"))
    try folder.write("test_batch.bin", [])
    #expect(error(.cifar10, folder).contains("test_batch.bin"))
  }

  // MARK: Folders

  @Test func `a folder for each class is read in the order of the names' bytes`() throws {
    let folder = try TemporaryFolder()
    try folder.copy("rgb.png", to: "val/cat/b.PNG")
    try folder.copy("grey.png", to: "val/cat/a.png")
    try folder.copy("rgb.jpg", to: "val/Dog/x/1.jpeg")
    try folder.copy("rgb.png", to: "val/Dog/.hidden.txt")
    let images = try ImageTask.images.read(at: folder.path, split: .test)
    #expect(images.classes == ["Dog", "cat"])
    #expect(images.labels == [0, 1, 1])
    #expect(
      images.pictures
        == .files(["Dog/x/1.jpeg", "cat/a.png", "cat/b.PNG"].map { "\(folder.path)/val/\($0)" }))
    #expect(error(.images, folder, .train).contains("none of train"))
    #expect(error(.cifar10, folder).contains("10 classes, but these images have 2"))
  }

  @Test func `a path of class folders is all there is`() throws {
    let folder = try TemporaryFolder()
    try folder.copy("rgb.png", to: "cat/1.png")
    for split in [ImageSplit.train, .test] {
      #expect(try ImageTask.images.read(at: folder.path, split: split).classes == ["cat"])
    }
  }

  @Test func `a class without images, and a folder without classes, are told`() throws {
    let folder = try TemporaryFolder()
    #expect(error(.images, folder).contains("no folder for each class"))
    try folder.copy("rgb.png", to: "cat/1.png")
    try folder.copy("decoded.json", to: "dog/1.json")
    #expect(error(.images, folder).contains("dog: a class without PNG or JPEG"))
  }

  @Test func `Tiny ImageNet's own layout is read`() throws {
    let folder = try TemporaryFolder()
    try folder.copy("rgb.jpg", to: "train/n02/images/n02_0.JPEG")
    try folder.copy("rgb.jpg", to: "train/n01/images/n01_0.JPEG")
    try folder.copy("rgb.jpg", to: "val/images/val_0.JPEG")
    try folder.write("wnids.txt", Array("n02\nn01\n".utf8))
    try folder.write("val/val_annotations.txt", Array("val_0.JPEG\tn02\t0\t0\t9\t9\n".utf8))
    let train = try ImageTask.images.read(at: folder.path, split: .train)
    #expect(train.classes == ["n01", "n02"])
    #expect(train.labels == [0, 1])
    let val = try ImageTask.images.read(at: folder.path, split: .test)
    #expect(val.labels == [1])
    #expect(val.pictures == .files(["\(folder.path)/val/images/val_0.JPEG"]))
    #expect(error(.tinyImageNet, folder).contains("200 classes, but these images have 2"))
    try folder.write("val/val_annotations.txt", Array("val_0.JPEG\tn03\n".utf8))
    #expect(error(.images, folder).contains("line 1: the class n03"))
    try folder.write("val/val_annotations.txt", Array("val_0.JPEG\n".utf8))
    #expect(error(.images, folder).contains("line 1"))
    try FileManager.default.removeItem(atPath: "\(folder.path)/train/n02")
    #expect(error(.images, folder, .train).contains("n02"))
  }
}
