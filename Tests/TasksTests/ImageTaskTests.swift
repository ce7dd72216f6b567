import Foundation
import Testing

@testable import Tasks

/// Preparing images for a model, and scoring it.
struct ImageTaskTests {
  private static let shape = ImageShape(channels: 1, height: 1, width: 2)
  private static let twoImages = ImageDataset(
    .array(ImageArray(shape: shape, bytes: [0, 16, 8, 4])), labels: [1, 0])

  @Test func `pixels are normalised as the processor's file says`() throws {
    let folder = try TemporaryFolder()
    var written = ImagePreprocessing(rescaleFactor: 1 / 16, mean: [0.5], deviation: [0.25])
    written.resizing = ImageResizing(.exact(height: 1, width: 2), .bilinear)
    try folder.write(
      "preprocessor_config.json", Array(written.json(height: 1, width: 2).utf8))
    let read = try ImagePreprocessing(modelFolder: folder.path)
    #expect(read == written)
    let task = ImageClassification(name: "two", images: Self.twoImages, preprocessing: read)
    #expect(try task.withPixels(of: 0..<2) { Array($0) } == [-2, 2, 0, -1])
    #expect(try task.withPixels(of: 1..<2) { Array($0) } == [0, -1])
    #expect(task.score(1, of: 0) == 1)
    #expect(task.score(1, of: 1) == 0)
    #expect(task.chance == 0.5)
  }

  @Test func `each channel has its own mean`() {
    var pixels: [Float] = [1, 1, 2, 2, 3, 3]
    pixels.withUnsafeMutableBufferPointer {
      ImagePreprocessing(rescaleFactor: 1, mean: [1, 2, 3], deviation: [1, 1, 2])
        .normalize($0, channels: 3, planeSize: 2)
    }
    #expect(pixels == [0, 0, 0, 0, 0, 0])
  }

  @Test func `grey images become three planes, and colours one, as the model wants`() throws {
    let plain = ImagePreprocessing(rescaleFactor: 1, mean: [0], deviation: [1])
    let grey = ImageClassification(
      name: "grey", images: Self.twoImages, preprocessing: plain,
      input: ImageShape(channels: 3, height: 1, width: 2))
    #expect(try grey.withPixels(of: 0..<1) { Array($0) } == [0, 16, 0, 16, 0, 16])
    let color = ImageDataset(
      .array(
        ImageArray(
          shape: ImageShape(channels: 3, height: 1, width: 2), bytes: [255, 9, 0, 9, 0, 9])),
      labels: [0])
    let task = ImageClassification(
      name: "color", images: color, preprocessing: plain, input: Self.shape)
    #expect(try task.withPixels(of: 0..<1) { Array($0) } == [76, 9])
  }

  @Test func `images that a model cannot take are told with both sizes`() {
    let images = ImageDataset(
      .array(ImageArray(shape: Self.shape, bytes: [0, 1])), labels: [9])
    let task = ImageClassification(name: "one", images: images, preprocessing: .standard)
    #expect(throws: Never.self) { try task.check(Self.shape, labels: 10) }
    let size = #expect(throws: TaskDataError.self) {
      try task.check(ImageShape(channels: 3, height: 224, width: 224), labels: 10)
    }
    #expect("\(size!)".contains("1×1×2") && "\(size!)".contains("3×224×224"))
    let labels = #expect(throws: TaskDataError.self) { try task.check(Self.shape, labels: 9) }
    #expect("\(labels!)".contains("class 9"))
  }

  @Test func `a size that is not the model's is told when an image is prepared`() throws {
    let task = ImageClassification(
      name: "two", images: Self.twoImages,
      preprocessing: ImagePreprocessing(rescaleFactor: 1, mean: [0], deviation: [1]),
      input: ImageShape(channels: 1, height: 4, width: 4))
    let error = #expect(throws: TaskDataError.self) { try task.withPixels(of: 0..<1) { _ in } }
    #expect("\(error!)".contains("1×2") && "\(error!)".contains("4×4"))
  }

  // MARK: Classes

  private func named(_ classes: [String]?, labels: [Int] = [0, 1, 2]) -> ImageDataset {
    ImageDataset(
      .files(labels.map { "\($0).png" }), labels: labels, classes: classes)
  }

  @Test func `the model's names decide the order, whatever their spelling`() throws {
    let order = try ImageClassOrder(
      of: ["Ankle boot", "fox", "Cat", "t-shirt"], for: named(["cat", "T_Shirt", "ankle-boot"]),
      named: "x")
    #expect(order.outputs == [2, 3, 0])
    let task = ImageClassification(
      name: "x", images: named(["cat", "T_Shirt", "ankle-boot"]), preprocessing: .standard,
      input: Self.shape, order: order)
    #expect(task.labels == [2, 3, 0])
  }

  @Test func `numbers are the data set's own order`() throws {
    let order = try ImageClassOrder(
      of: ["LABEL_1", "LABEL_0", "LABEL_2"], for: named(["a", "b", "c"]), named: "x")
    #expect(order.outputs == [1, 0, 2])
    #expect(
      try ImageClassOrder(of: ["p", "q", "r", "s"], for: named(nil), named: "x").outputs
        == [0, 1, 2, 3])
  }

  @Test func `classes that the model does not know are told`() {
    for (labels, classes) in [
      (["a", "b", "d"], ["a", "b", "c"]), (["LABEL_0", "LABEL_1"], ["a", "b", "c"]),
      (["0", "1"], nil),
    ] {
      let error = #expect(throws: TaskDataError.self) {
        try ImageClassOrder(of: labels, for: named(classes), named: "pets")
      }
      #expect("\(error!)".contains("pets"), "\(labels)")
    }
  }
}
