import Foundation

/// Writes scalars as an event file that TensorBoard reads.
///
/// Source: `tensorboard/compat/proto/event.proto` and `summary.proto`, and the record format of
/// `tensorflow/core/lib/io/record_writer.h`.
package struct TensorBoardWriter {
  private var bytes: [UInt8] = []

  /// Begins a file with the event that names its version.
  ///
  /// - Parameter time: seconds since 1970, of the first event.
  package init(time: Double) {
    var event = ProtocolBuffer()
    event.append(1, time)
    event.append(3, Array("brain.Event:2".utf8))
    write(event)
  }

  /// Adds one value of a curve.
  ///
  /// - Parameters:
  ///   - tag: the curve's name; a slash groups curves.
  ///   - time: seconds since 1970.
  package mutating func add(_ tag: String, _ value: Float, step: Int, time: Double) {
    var scalar = ProtocolBuffer()
    scalar.append(1, Array(tag.utf8))
    scalar.append(2, value)
    var summary = ProtocolBuffer()
    summary.append(1, scalar.bytes)
    var event = ProtocolBuffer()
    event.append(1, time)
    event.append(2, UInt64(bitPattern: Int64(step)))
    event.append(5, summary.bytes)
    write(event)
  }

  /// The file's contents.
  package var contents: Data { Data(bytes) }

  /// The name under which TensorBoard looks for a file.
  package static func fileName(time: Double, host: String, process: Int) -> String {
    "events.out.tfevents.\(Int(time)).\(host).\(process).0"
  }

  /// One record: its length and its bytes, each with a masked checksum.
  private mutating func write(_ event: ProtocolBuffer) {
    let length = littleEndian(UInt64(event.bytes.count))
    bytes += length + littleEndian(Self.maskedChecksum(length))
    bytes += event.bytes + littleEndian(Self.maskedChecksum(event.bytes))
  }

  /// A rotated checksum, so that the checksum of data that hold one does not come out as a constant.
  static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let checksum = CRC32C.checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// The wire format of protocol buffers, as far as events need it.
private struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  private enum WireType: UInt64 {
    case variable = 0
    case eightBytes = 1
    case delimited = 2
    case fourBytes = 5
  }

  mutating func append(_ field: UInt64, _ value: UInt64) {
    begin(field, .variable)
    append(variable: value)
  }

  mutating func append(_ field: UInt64, _ value: Double) {
    begin(field, .eightBytes)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func append(_ field: UInt64, _ value: Float) {
    begin(field, .fourBytes)
    bytes += littleEndian(value.bitPattern)
  }

  mutating func append(_ field: UInt64, _ value: [UInt8]) {
    begin(field, .delimited)
    append(variable: UInt64(value.count))
    bytes += value
  }

  private mutating func begin(_ field: UInt64, _ type: WireType) {
    append(variable: field << 3 | type.rawValue)
  }

  private mutating func append(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The cyclic redundancy check of Castagnoli's polynomial.
///
/// Source: RFC 3720, appendix B.4.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82f6_3b78
    }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
