import CImages
import Foundation
import Testing

@testable import Tasks

/// Decoding PNG and JPEG.
struct ImageFileTests {
  /// Whether a library that is optional is there.
  private static let hasJPEG = !image_decode_jpeg([0xff, 0xd8], 2).library_missing
  static let hasPNG = !image_decode_png([0x89], 1).library_missing

  private struct Decoded: Decodable {
    var shape: [Int]
    var bytes: Data
  }

  @Test(.enabled(if: hasPNG)) func `PNG files of every kind decode to Pillow's bytes`() throws {
    let goldens = try ImageFixture.json("decoded.json", as: [String: Decoded].self)
    #expect(goldens.keys.count { $0.hasSuffix(".png") } == 8)
    for (name, golden) in goldens where name.hasSuffix(".png") {
      let image = try ImageFile.read(ImageFixture.path(name))
      #expect([image.shape.channels, image.shape.height, image.shape.width] == golden.shape)
      #expect(image.bytes == Array(golden.bytes), "\(name)")
    }
  }

  @Test(.enabled(if: hasJPEG)) func `JPEG files decode to Pillow's bytes`() throws {
    let goldens = try ImageFixture.json("decoded.json", as: [String: Decoded].self)
    for (name, golden) in goldens where name.hasSuffix(".jpg") {
      let image = try ImageFile.read(ImageFixture.path(name))
      #expect([image.shape.channels, image.shape.height, image.shape.width] == golden.shape)
      #expect(image.bytes == Array(golden.bytes), "\(name)")
    }
  }

  @Test(.enabled(if: hasPNG), arguments: [0, 7, 20, 33, 60, -1])
  func `a PNG that is cut or damaged is refused by name`(length: Int) throws {
    var bytes = try ImageFixture.bytes("rgb.png")
    if length >= 0 {
      bytes = Array(bytes.prefix(length))
    } else {
      bytes[bytes.count / 2] ^= 0xff
    }
    let folder = try TemporaryFolder()
    try folder.write("broken.png", bytes)
    let error = #expect(throws: TaskDataError.self) {
      try ImageFile.read("\(folder.path)/broken.png")
    }
    #expect("\(error!)".contains("broken.png: the image cannot be decoded"))
  }

  @Test(.enabled(if: hasPNG)) func `a PNG that claims absurd dimensions asks for no memory`() throws
  {
    var bytes = try ImageFixture.bytes("rgb.png")
    // Width and height, with the checksum over the chunk made right again.
    bytes.replaceSubrange(16..<24, with: [0, 15, 0, 0, 0, 15, 0, 0])
    let sum = Self.checksum(bytes[12..<29])
    bytes.replaceSubrange(
      29..<33, with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
    let folder = try TemporaryFolder()
    try folder.write("bomb.png", bytes)
    let error = #expect(throws: TaskDataError.self) {
      try ImageFile.read("\(folder.path)/bomb.png")
    }
    #expect("\(error!)".contains("too large"), "\(error!)")
  }

  @Test(.enabled(if: hasJPEG)) func `a JPEG that is cut, or in CMYK, is refused by name`() throws {
    let folder = try TemporaryFolder()
    let bytes = try ImageFixture.bytes("rgb.jpg")
    for length in [2, 100, bytes.count - 40] {
      try folder.write("broken.jpg", Array(bytes.prefix(length)))
      let error = #expect(throws: TaskDataError.self) {
        try ImageFile.read("\(folder.path)/broken.jpg")
      }
      #expect("\(error!)".contains("broken.jpg: the image cannot be decoded"))
    }
    let error = #expect(throws: TaskDataError.self) {
      try ImageFile.read(ImageFixture.path("cmyk.jpg"))
    }
    #expect("\(error!)".contains("CMYK"))
  }

  @Test func `a file of another format is refused`() throws {
    let folder = try TemporaryFolder(["cat.png": "GIF89a"])
    let error = #expect(throws: TaskDataError.self) {
      try ImageFile.read("\(folder.path)/cat.png")
    }
    #expect("\(error!)".contains("neither PNG nor JPEG"))
  }

  /// PNG's CRC-32.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
        value >> 1 ^ (value & 1 == 1 ? 0xedb8_8320 : 0)
      }
    }
  }
}
