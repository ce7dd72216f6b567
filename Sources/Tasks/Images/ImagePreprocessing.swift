import Foundation

/// What `preprocessor_config.json` says about pixels, as transformers' ViTImageProcessor reads it:
/// x · rescaleFactor, then (x − mean) / deviation for each channel.
package struct ImagePreprocessing: Sendable, Hashable {
  package var rescaleFactor: Float
  /// One for each channel, or one for all.
  package var mean: [Float]
  package var deviation: [Float]

  package init(rescaleFactor: Float, mean: [Float], deviation: [Float]) {
    self.rescaleFactor = rescaleFactor
    self.mean = mean
    self.deviation = deviation
  }

  /// What ViT's processor does where there is no file.
  package static let standard = ImagePreprocessing(
    rescaleFactor: 1 / 255, mean: [0.5], deviation: [0.5])

  /// Reads the `preprocessor_config.json` of a model folder; a folder without one gets `standard`.
  package init(modelFolder: String) throws(TaskDataError) {
    let path = "\(modelFolder)/preprocessor_config.json"
    guard let data = FileManager.default.contents(atPath: path) else {
      self = .standard
      return
    }
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: data)
    } catch {
      throw .badPreprocessing(file: path, reason: "not the JSON of an image processor")
    }
    self.init(
      rescaleFactor: file.rescales == false
        ? 1 : file.rescaleFactor.map(Float.init) ?? Self.standard.rescaleFactor,
      mean: file.normalizes == false ? [0] : file.mean ?? Self.standard.mean,
      deviation: file.normalizes == false ? [1] : file.deviation ?? Self.standard.deviation)
    guard !mean.isEmpty, mean.count == deviation.count, !deviation.contains(0) else {
      throw .badPreprocessing(
        file: path, reason: "image_mean and image_std must match, and no deviation may be 0")
    }
  }

  /// The members of the file.
  private struct File: Decodable {
    var rescales: Bool?
    var rescaleFactor: Double?
    var normalizes: Bool?
    var mean: [Float]?
    var deviation: [Float]?

    enum CodingKeys: String, CodingKey {
      case rescales = "do_rescale"
      case rescaleFactor = "rescale_factor"
      case normalizes = "do_normalize"
      case mean = "image_mean"
      case deviation = "image_std"
    }
  }

  /// The `preprocessor_config.json` that says the same, for images of one size.
  package func json(height: Int, width: Int) -> String {
    func list(_ values: [Float]) -> String {
      "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
    }
    return """
      {
        "do_normalize": true,
        "do_rescale": true,
        "do_resize": true,
        "image_mean": \(list(mean)),
        "image_processor_type": "ViTImageProcessor",
        "image_std": \(list(deviation)),
        "resample": 2,
        "rescale_factor": \(rescaleFactor),
        "size": {
          "height": \(height),
          "width": \(width)
        }
      }

      """
  }

  /// Normalises images, [count, channels, height, width], in place.
  package func apply(
    to pixels: UnsafeMutableBufferPointer<Float>, channels: Int, planeSize: Int
  ) {
    for start in stride(from: 0, to: pixels.count, by: planeSize) {
      let channel = start / planeSize % channels
      let mean = mean[min(channel, mean.count - 1)]
      let deviation = deviation[min(channel, deviation.count - 1)]
      for index in start..<start + planeSize {
        pixels[index] = (pixels[index] * rescaleFactor - mean) / deviation
      }
    }
  }
}
