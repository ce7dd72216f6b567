import CImages
import Foundation

/// Decodes PNG and JPEG files, told apart by their first bytes.
enum ImageFile {
  /// The endings of files that count as images, in lower case.
  static let suffixes: Set = ["png", "jpg", "jpeg"]

  /// - Returns: an image of one channel where the file is grey, else of three.
  static func read(_ path: String) throws(TaskDataError) -> ImageArray {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unreadable(file: path)
    }
    let isPNG = data.starts(with: [0x89, 0x50, 0x4e, 0x47])
    guard isPNG || data.starts(with: [0xff, 0xd8]) else {
      throw .badImage(file: path, reason: "it is neither PNG nor JPEG")
    }
    let decoded = data.withUnsafeBytes { bytes in
      let start = bytes.bindMemory(to: UInt8.self).baseAddress
      return isPNG ? image_decode_png(start, bytes.count) : image_decode_jpeg(start, bytes.count)
    }
    let interleaved = try DecodedBytes(
      decoded, file: path, package: isPNG ? "libpng16-16" : "libturbojpeg0")
    let shape = ImageShape(
      channels: decoded.channels, height: decoded.height, width: decoded.width)
    return ImageArray(shape: shape, bytes: interleaved.planes(shape))
  }
}

/// Bytes from a library in C, released with the instance.
final class DecodedBytes {
  let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter package: what Debian calls the library.
  init(_ decoded: decoded_bytes, file: String, package: String) throws(TaskDataError) {
    guard let start = decoded.bytes else {
      let reason = withUnsafeBytes(of: decoded.failure) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if decoded.library_missing {
        throw .missingLibrary(file: file, reason: reason, package: package)
      }
      throw .badImage(file: file, reason: reason)
    }
    bytes = UnsafeBufferPointer(start: start, count: decoded.count)
  }

  deinit { free(UnsafeMutablePointer(mutating: bytes.baseAddress)) }

  /// Rows of interleaved channels as one plane for each channel.
  func planes(_ shape: ImageShape) -> [UInt8] {
    guard shape.channels > 1 else { return Array(bytes) }
    return Array(unsafeUninitializedCapacity: shape.count) { planes, count in
      for channel in 0..<shape.channels {
        let plane = planes.baseAddress! + channel * shape.planeSize
        var source = channel
        for index in 0..<shape.planeSize {
          plane[index] = bytes[source]
          source += shape.channels
        }
      }
      count = shape.count
    }
  }
}
