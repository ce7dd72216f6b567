import Foundation
import Testing

@testable import Tasks

struct ImageTaskTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "images-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  private static let twoImages: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2] + [0, 16, 8, 4]

  @Test func `a split is read under both names of the test set`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("t10k-images-idx3-ubyte", Self.twoImages)
    try write("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 7, 3])
    let images = try ImageDataset(idxFolder: folder.path, split: "test")
    #expect(images.labels == [7, 3])
    #expect(images.pixels == [0, 16, 8, 4])
    #expect((images.height, images.width, images.channels) == (1, 2, 1))
  }

  @Test func `images without as many labels are refused by name`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("train-images-idx3-ubyte", Self.twoImages)
    try write("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 7])
    let error = #expect(throws: TaskDataError.self) {
      try ImageDataset(idxFolder: folder.path, split: "train")
    }
    #expect("\(error!)".contains("train-labels-idx1-ubyte holds 1 labels"))
  }

  @Test func `a broken test set is told, not passed over for the other name`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("test-images-idx3-ubyte", [9, 9, 9, 9])
    let error = #expect(throws: TaskDataError.self) {
      try ImageDataset(idxFolder: folder.path, split: "test")
    }
    #expect("\(error!)".contains("test-images-idx3-ubyte, byte 0"))
  }

  @Test func `pixels are normalised as the processor's file says`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let written = ImagePreprocessing(rescaleFactor: 1 / 16, mean: [0.5], deviation: [0.25])
    try write("preprocessor_config.json", Array(written.json(height: 1, width: 2).utf8))
    let read = try ImagePreprocessing(modelFolder: folder.path)
    #expect(read == written)
    let images = ImageDataset(
      height: 1, width: 2, channels: 1, pixels: [0, 16, 8, 4], labels: [1, 0])
    let task = ImageClassification(name: "two", images: images, preprocessing: read)
    #expect(task.pixels == [-2, 2, 0, -1])
    #expect(task.withPixels(of: 1..<2) { Array($0) } == [0, -1])
    #expect(task.score(1, of: 0) == 1)
    #expect(task.score(1, of: 1) == 0)
    #expect(task.chance == 0.5)
  }

  @Test func `each channel has its own mean`() {
    var pixels: [Float] = [1, 1, 2, 2, 3, 3]
    pixels.withUnsafeMutableBufferPointer {
      ImagePreprocessing(rescaleFactor: 1, mean: [1, 2, 3], deviation: [1, 1, 2])
        .apply(to: $0, channels: 3, planeSize: 2)
    }
    #expect(pixels == [0, 0, 0, 0, 0, 0])
  }

  @Test func `a folder without a file gets ViT's own normalisation`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try ImagePreprocessing(modelFolder: folder.path) == .standard)
    try write("preprocessor_config.json", Array("{\"image_std\": [0], \"image_mean\": [1]}".utf8))
    #expect(throws: TaskDataError.self) { try ImagePreprocessing(modelFolder: folder.path) }
  }

  @Test func `images that a model cannot take are told with both sizes`() {
    let images = ImageDataset(height: 1, width: 2, channels: 1, pixels: [0, 1], labels: [9])
    let task = ImageClassification(name: "one", images: images, preprocessing: .standard)
    #expect(throws: Never.self) { try task.check(height: 1, width: 2, channels: 1, labels: 10) }
    let size = #expect(throws: TaskDataError.self) {
      try task.check(height: 224, width: 224, channels: 3, labels: 10)
    }
    #expect("\(size!)".contains("1×1×2") && "\(size!)".contains("3×224×224"))
    let labels = #expect(throws: TaskDataError.self) {
      try task.check(height: 1, width: 2, channels: 1, labels: 9)
    }
    #expect("\(labels!)".contains("class 9"))
  }
}
