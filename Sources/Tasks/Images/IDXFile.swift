import CImages
import Foundation

/// A file of the IDX format, as the MNIST family distributes images and labels: unsigned bytes with
/// their dimensions in front.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
package struct IDXFile: Sendable, Hashable {
  package let shape: [Int]
  package let bytes: [UInt8]

  /// The most bytes that a compressed file may unpack to.
  private static let unpackedLimit = 2 << 30

  /// Reads a whole file, plain or compressed with gzip.
  package init(at path: String) throws(TaskDataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unreadable(file: path)
    }
    guard data.starts(with: [0x1f, 0x8b]) else {
      try self.init(Array(data), file: path)
      return
    }
    let unpacked: DecodedBytes
    do throws(TaskDataError) {
      unpacked = try DecodedBytes(
        gzip_unpack(path, Self.unpackedLimit), file: path, package: "zlib1g")
    } catch .badImage(_, let reason) {
      throw .malformed(
        file: path, offset: 0, reason: "the file cannot be unpacked (\(reason)); fetch it again")
    }
    try self.init(Array(unpacked.bytes), file: path)
  }

  /// Reads a file's contents; `file` is for messages.
  init(_ contents: [UInt8], file: String) throws(TaskDataError) {
    func fail(_ offset: Int, _ reason: String) -> TaskDataError {
      .malformed(file: file, offset: offset, reason: reason)
    }
    guard contents.count >= 4 else { throw fail(contents.count, "the file ends in its header") }
    guard contents[0] == 0, contents[1] == 0 else { throw fail(0, "this is not an IDX file") }
    guard contents[2] == 0x08 else {
      throw fail(2, "elements of type 0x\(String(contents[2], radix: 16)); only bytes are read")
    }
    let header = 4 + 4 * Int(contents[3])
    guard contents.count >= header else {
      throw fail(contents.count, "the file ends in its header")
    }
    var shape: [Int] = []
    var count = 1
    for offset in stride(from: 4, to: header, by: 4) {
      let size = contents[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { throw fail(offset, "the dimensions are absurd") }
      count = product
      shape.append(size)
    }
    guard contents.count - header == count else {
      throw fail(
        min(contents.count, header + count),
        "\(contents.count - header) elements where the dimensions \(shape) ask for \(count)")
    }
    self.shape = shape
    bytes = Array(contents[header...])
  }
}
