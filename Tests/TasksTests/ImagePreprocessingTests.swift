import Foundation
import Testing

@testable import Tasks

/// Resizing and normalising against Pillow and transformers.
struct ImagePreprocessingTests {
  private struct Resized: Decodable {
    var source: Data
    var size: [Int]
    var target: [Int]
    var filter: Int
    var expected: Data
  }

  @Test func `every bit of a resized image is Pillow's, for all filters and sizes`() throws {
    for golden in try ImageFixture.json("resized.json", as: [Resized].self) {
      let shape = ImageShape(channels: 1, height: golden.size[0], width: golden.size[1])
      let target = ImageShape(channels: 1, height: golden.target[0], width: golden.target[1])
      let filter = try #require(ImageResizing.Filter(rawValue: golden.filter))
      let resized = Array(golden.source).withUnsafeBufferPointer {
        filter.resize($0, shape, to: target)
      }
      #expect(resized == Array(golden.expected), "\(filter) \(shape) to \(target)")
    }
  }

  private struct Processor: Decodable {
    var shape: [Int]
    var expected: Data
  }

  @Test func `whole processors give the pixels of transformers`() throws {
    let text = try Data(contentsOf: URL(filePath: ImageFixture.path("processors.json")))
    let configurations = try #require(
      try JSONSerialization.jsonObject(with: text) as? [[String: Any]])
    let goldens = try JSONDecoder().decode([Processor].self, from: text)
    let images = ImageDataset(.files([ImageFixture.path("rgb.png")]), labels: [0])
    for (configuration, golden) in zip(configurations, goldens) {
      let folder = try TemporaryFolder()
      let json = try JSONSerialization.data(withJSONObject: configuration["config"]!)
      try folder.write("preprocessor_config.json", Array(json))
      let task = ImageClassification(
        name: "x", images: images,
        preprocessing: try ImagePreprocessing(modelFolder: folder.path),
        input: ImageShape(
          channels: golden.shape[0], height: golden.shape[1], width: golden.shape[2]))
      let pixels = try task.withPixels(of: 0..<1) { Array($0) }
      let expected = golden.expected.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      #expect(pixels.count == expected.count)
      // Ten times the rounding of float32 that was seen.
      let largest = zip(pixels, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
      #expect(largest < 2e-6, "\(configuration)")
    }
  }

  @Test func `a folder without a file gets ViT's own normalisation at the model's size`() throws {
    let folder = try TemporaryFolder()
    let read = try ImagePreprocessing(modelFolder: folder.path)
    #expect(read == .standard)
    #expect(read.resizing == ImageResizing(.modelSize, .bilinear))
  }

  @Test func `older files give one number, which is the shorter side's for some processors`() throws
  {
    for (type, resizing, crop) in [
      ("ViTFeatureExtractor", ImageResizing(.exact(height: 9, width: 9), .bilinear), nil),
      ("DeiTFeatureExtractor", ImageResizing(.exact(height: 9, width: 9), .bicubic), .modelSize),
      ("BitImageProcessor", ImageResizing(.shortestEdge(9), .bicubic), ImageCrop.modelSize),
    ] {
      let folder = try TemporaryFolder([
        "preprocessor_config.json": #"{"feature_extractor_type": "\#(type)", "size": 9}"#
      ])
      let read = try ImagePreprocessing(modelFolder: folder.path)
      #expect(read.resizing == resizing)
      #expect(read.crop == crop)
    }
  }

  @Test(arguments: [
    (#"{"image_std": [0], "image_mean": [1]}"#, "no deviation may be 0"),
    (#"{"image_std": [1, 1], "image_mean": [1]}"#, "must match"),
    (#"{"resample": 6}"#, "resample 6"),
    (#"{"size": {"longest_edge": 8}}"#, "longest_edge 8"),
    (#"{"size": {"height": 8, "width": 0}}"#, "width 0"),
    (#"{"size": {"shortest_edge": -1}}"#, "-1"),
    (#"{"size": -1}"#, "size -1"),
    (#"{"size": 1000000000000000000}"#, "size 1000000000000000000"),
    (#"{"do_center_crop": true, "crop_size": {"height": 8}}"#, "crop_size has height 8"),
    (#"{"do_center_crop": true, "crop_size": 99999}"#, "crop_size 99999"),
    (#"{"do_pad": true}"#, "do_pad"),
    (#"{"crop_pct": 0.875}"#, "crop_pct"),
    (#"{"image_processor_type": "ConvNextImageProcessor"}"#, "ConvNextImageProcessor"),
    ("[]", "not the JSON"),
  ])
  func `what is not supported is named`(json: String, complaint: String) throws {
    let folder = try TemporaryFolder(["preprocessor_config.json": json])
    let error = #expect(throws: TaskDataError.self) {
      try ImagePreprocessing(modelFolder: folder.path)
    }
    #expect("\(error!)".contains(complaint), "\(error!)")
    #expect("\(error!)".contains("preprocessor_config.json"))
  }
}
