import Foundation

extension ImagePreprocessing {
  /// Reads the `preprocessor_config.json` of a model folder; a folder without one gets `standard`.
  ///
  /// - Throws: `TaskDataError.badPreprocessing` for what is wrong, and for what is not supported.
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
    do {
      self = try file.preprocessing()
    } catch {
      throw .badPreprocessing(file: path, reason: error.reason)
    }
  }

  private struct Unsupported: Error {
    var reason: String
  }

  /// The members of the file.
  private struct File: Decodable {
    var type: String?
    var olderType: String?
    var resizes: Bool?
    var size: Size?
    var filter: Int?
    var crops: Bool?
    var cropSize: Size?
    var cropShare: Double?
    var pads: Bool?
    var rescales: Bool?
    var rescaleFactor: Double?
    var normalizes: Bool?
    var mean: [Float]?
    var deviation: [Float]?

    enum CodingKeys: String, CodingKey {
      case type = "image_processor_type"
      case olderType = "feature_extractor_type"
      case resizes = "do_resize"
      case size
      case filter = "resample"
      case crops = "do_center_crop"
      case cropSize = "crop_size"
      case cropShare = "crop_pct"
      case pads = "do_pad"
      case rescales = "do_rescale"
      case rescaleFactor = "rescale_factor"
      case normalizes = "do_normalize"
      case mean = "image_mean"
      case deviation = "image_std"
    }

    func preprocessing() throws(Unsupported) -> ImagePreprocessing {
      let kind = try kind()
      let standard = ImagePreprocessing.standard
      if pads == true { throw Unsupported(reason: "do_pad is not supported") }
      if cropShare != nil { throw Unsupported(reason: "crop_pct is not supported") }
      let result = ImagePreprocessing(
        resizing: try resizing(kind), crop: try crop(kind),
        rescaleFactor: rescales == false ? 1 : rescaleFactor ?? standard.rescaleFactor,
        mean: normalizes == false ? [0] : mean ?? standard.mean,
        deviation: normalizes == false ? [1] : deviation ?? standard.deviation)
      guard !result.mean.isEmpty, result.mean.count == result.deviation.count,
        !result.deviation.contains(0)
      else {
        throw Unsupported(
          reason: "image_mean and image_std must match, and no deviation may be 0")
      }
      return result
    }

    private func kind() throws(Unsupported) -> ProcessorKind {
      guard let name = type ?? olderType else { return .vit }
      guard let kind = ProcessorKind(name) else {
        throw Unsupported(
          reason: """
            the image processor \(name) is not supported; those of ViT, DeiT, BiT (DINOv2) and \
            CLIP are
            """)
      }
      return kind
    }

    private func resizing(_ kind: ProcessorKind) throws(Unsupported) -> ImageResizing? {
      guard resizes != false else { return nil }
      let number = filter ?? kind.filter.rawValue
      guard let filter = ImageResizing.Filter(rawValue: number) else {
        throw Unsupported(reason: "resample \(number) is none of Pillow's filters, 0 to 5")
      }
      let target: ImageResizing.Target
      switch size {
      case nil: target = .modelSize
      case .number(let edge):
        guard Size.range.contains(edge) else {
          throw Unsupported(reason: "size \(edge) is out of range")
        }
        target = kind.keepsProportions ? .shortestEdge(edge) : .exact(height: edge, width: edge)
      case .members(let members):
        if let edge = members["shortest_edge"], members.count == 1 {
          target = .shortestEdge(edge)
          break
        }
        guard let (height, width) = Size.exact(members) else {
          throw Unsupported(reason: "size has \(Size.list(members)), which is not supported")
        }
        target = .exact(height: height, width: width)
      }
      if case .shortestEdge(let edge) = target, !Size.range.contains(edge) {
        throw Unsupported(reason: "size \(edge) is out of range")
      }
      return ImageResizing(target, filter)
    }

    private func crop(_ kind: ProcessorKind) throws(Unsupported) -> ImageCrop? {
      guard crops ?? kind.crops else { return nil }
      switch cropSize {
      case nil: return .modelSize
      case .number(let edge) where Size.range.contains(edge):
        return .exact(height: edge, width: edge)
      case .number(let edge): throw Unsupported(reason: "crop_size \(edge) is out of range")
      case .members(let members):
        guard let (height, width) = Size.exact(members) else {
          throw Unsupported(reason: "crop_size has \(Size.list(members)), which is not supported")
        }
        return .exact(height: height, width: width)
      }
    }
  }

  /// A size: a number, or numbers by name.
  private enum Size: Decodable {
    case number(Int)
    case members([String: Int])

    /// Sides that an image may have.
    static let range = 1...16384

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        let members = try container.decode([String: Int?].self)
        self = .members(members.compactMapValues(\.self))
      }
    }

    static func exact(_ members: [String: Int]) -> (height: Int, width: Int)? {
      guard members.count == 2, let height = members["height"], let width = members["width"],
        range.contains(height), range.contains(width)
      else { return nil }
      return (height, width)
    }

    static func list(_ members: [String: Int]) -> String {
      members.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
  }

  /// The processors of transformers that can be followed; they differ in what a file leaves out.
  private enum ProcessorKind {
    case vit
    case deit
    /// BiT's and CLIP's, which read a size that is one number as the shorter side's.
    case proportional

    init?(_ name: String) {
      let model = ["ImageProcessorFast", "ImageProcessorPil", "ImageProcessor", "FeatureExtractor"]
        .first(where: name.hasSuffix).map { name.dropLast($0.count) }
      switch model {
      case "ViT": self = .vit
      case "DeiT": self = .deit
      case "Bit", "CLIP": self = .proportional
      default: return nil
      }
    }

    var filter: ImageResizing.Filter { self == .vit ? .bilinear : .bicubic }
    var crops: Bool { self != .vit }
    var keepsProportions: Bool { self == .proportional }
  }
}
