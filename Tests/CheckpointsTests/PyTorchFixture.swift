@testable import Checkpoints

/// Files that `torch.save` wrote, and hand-made ones that it never would.
enum PyTorchFixture {
  /// The path of a file that Fixtures/make_fixtures.py made.
  static func path(_ name: String) -> String {
    "\(ModelLocation.split(#filePath).folder)/Fixtures/\(name)"
  }

  /// A zip archive of stored entries, without checksums, which nobody reads.
  static func archive(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let size = little(UInt32(entry.bytes.count)) + little(UInt32(entry.bytes.count))
      let lengths = little(UInt16(entry.name.utf8.count)) + little(UInt16(0))
      directory += Array("PK\u{1}\u{2}".utf8) + zeros(16) + size + lengths + zeros(10)
      directory += little(UInt32(bytes.count)) + Array(entry.name.utf8)
      bytes += Array("PK\u{3}\u{4}".utf8) + zeros(14) + size + lengths
      bytes += Array(entry.name.utf8) + entry.bytes
    }
    let count = little(UInt16(entries.count))
    let place = little(UInt32(directory.count)) + little(UInt32(bytes.count))
    return bytes + directory + Array("PK\u{5}\u{6}".utf8) + zeros(4) + count + count + place
      + zeros(2)
  }

  /// An archive with this pickle and one storage of two floats, 0 and 1.
  static func archive(pickle: [UInt8]) -> [UInt8] {
    archive([("m/data.pkl", pickle), ("m/data/0", zeros(4) + [0, 0, 0x80, 0x3F])])
  }

  /// The pickle of `{"w": tensor}` with what is given, true or lying.
  static func pickle(
    type: String = "FloatStorage", key: String = "0", count: Int = 2, offset: Int = 0,
    shape: [Int] = [2], strides: [Int] = [1]
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x80, 2] + Array("}".utf8) + string("w")
    bytes += Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + string("storage")
    bytes += Array("ctorch\n\(type)\n".utf8) + string(key) + string("cpu") + integer(count)
    bytes += Array("tQ".utf8) + integer(offset) + tuple(shape) + tuple(strides)
    return bytes + [0x89] + Array("NtRs.".utf8)
  }

  static func string(_ text: String) -> [UInt8] {
    Array("X".utf8) + little(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + little(value) }

  private static func tuple(_ values: [Int]) -> [UInt8] {
    Array("(".utf8) + values.flatMap(integer) + Array("t".utf8)
  }

  static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}
