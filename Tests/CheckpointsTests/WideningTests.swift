import Tensors
import Testing

@testable import Checkpoints

/// Each stored type is widened exactly, checked over every bit pattern where there are few.
struct WideningTests {
  private func widened(_ type: ElementType, _ bytes: [UInt8]) throws -> [Float] {
    let fixture = try ModelFixture()
    let count = bytes.count / type.byteCount
    try fixture.safetensors(
      header:
        #"{"w":{"dtype":"\#(type.rawValue)","shape":[\#(count)],"data_offsets":[0,\#(bytes.count)]}}"#,
      data: bytes)
    return try Checkpoint.open(at: fixture.folder).floats("w")
  }

  private func bytes<Element: FixedWidthInteger>(_ elements: some Sequence<Element>) -> [UInt8] {
    elements.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }
  }

  /// Equal bit for bit, NaNs being equal to each other.
  private func same(_ a: Float, _ b: Float) -> Bool {
    a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
  }

  @Test func `all halves`() throws {
    let patterns = UInt16.min...UInt16.max
    let floats = try widened(.float16, bytes(patterns))
    for (pattern, float) in zip(patterns, floats) {
      #expect(same(float, Float(Float16(bitPattern: pattern))), "0x\(String(pattern, radix: 16))")
    }
  }

  @Test func `all bfloat16s`() throws {
    let patterns = UInt16.min...UInt16.max
    let floats = try widened(.bfloat16, bytes(patterns))
    for (pattern, float) in zip(patterns, floats) {
      #expect(float.bitPattern == UInt32(pattern) << 16)
    }
  }

  @Test func `all float8_e5m2s are the upper bytes of halves`() throws {
    let floats = try widened(.float8e5m2, Array(0...255))
    for (pattern, float) in zip(UInt16(0)...255, floats) {
      #expect(
        same(float, Float(Float16(bitPattern: pattern << 8))), "0x\(String(pattern, radix: 16))")
    }
  }

  @Test func `all float8_e4m3s, which know no infinity`() throws {
    let floats = try widened(.float8e4m3, Array(0...255))
    for (pattern, float) in zip(0...255, floats) {
      let exponent = pattern >> 3 & 15
      let mantissa = Float(pattern & 7)
      var expected: Float =
        exponent == 0
        ? Float(sign: .plus, exponent: -9, significand: mantissa)
        : Float(sign: .plus, exponent: exponent - 10, significand: 8 + mantissa)
      if pattern & 0x7F == 0x7F { expected = .nan }
      #expect(same(float, pattern < 128 ? expected : -expected), "0x\(String(pattern, radix: 16))")
    }
    #expect(floats[0x7E] == 448)
  }

  @Test func `doubles are rounded to the nearest`() throws {
    let doubles: [Double] = [
      0, -0.0, 0.1, 1e-40, 1e-50, 1e300, -1e300, .infinity, 16_777_217, 16_777_219,
    ]
    let floats = try widened(.float64, bytes(doubles.map(\.bitPattern)))
    #expect(floats.map(\.bitPattern) == doubles.map { Float($0).bitPattern })
  }

  @Test func `floats are copied, whatever their bits and alignment`() throws {
    let patterns: [UInt32] = [0, 0x8000_0000, 1, 0x3F80_0000, 0x7F80_0000, 0x7FA0_0001]
    let floats = try widened(.float32, bytes(patterns))
    #expect(floats.map(\.bitPattern) == patterns)
  }
}
