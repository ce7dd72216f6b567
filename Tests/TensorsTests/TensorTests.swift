import Testing

@testable import Tensors

struct TensorTests {
  private func address(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
    tensor.matrix(in: Workspace()).base
  }

  @Test func `a copy shares its elements until one of both is written to`() {
    let original = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    var copy = original
    #expect(address(copy) == address(original))
    copy.withMutableElements { $0[4] = 0 }
    #expect(copy.elements == [1, 2, 3, 4, 0, 6])
    #expect(original.elements == [1, 2, 3, 4, 5, 6])
    let own = address(copy)
    copy.withMutableElements { $0[0] = 9 }
    #expect(address(copy) == own)
  }

  /// Bytes that live as long as the tensor that reads them, at an offset from an aligned address.
  private final class Bytes: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    let buffer: UnsafeRawBufferPointer

    init(_ bytes: [UInt8], offset: Int) {
      memory = .allocate(byteCount: bytes.count + offset, alignment: 64)
      let place = UnsafeMutableRawBufferPointer(rebasing: memory[offset...])
      place.copyBytes(from: bytes)
      buffer = UnsafeRawBufferPointer(place)
    }

    deinit { memory.deallocate() }
  }

  @Test(arguments: [0, 1, 2, 4])
  func `stored floats are read wherever they lie`(offset: Int) {
    let bytes: [UInt8] = [1, 2, 3, 4].flatMap { (value: Float) in
      withUnsafeBytes(of: value) { Array($0) }
    }
    let owner = Bytes(bytes, offset: offset)
    var tensor = Tensor(bytes: owner.buffer, of: .float32, shape: [2, 2], owner: owner)
    #expect(tensor.elements == [1, 2, 3, 4])
    #expect(tensor.isReadable == offset.isMultiple(of: 4))
    let workspace = Workspace()
    withExtendedLifetime(workspace) {
      #expect(Array(tensor.matrix(in: workspace).row(1)) == [3, 4])
    }
    tensor.withMutableElements { $0[0] = 7 }
    #expect(tensor.elements == [7, 2, 3, 4])
  }

  @Test func `stored bfloat16 is widened, in blocks of rows too`() {
    let (rows, columns) = (700, 1000)
    let values = (0..<rows * columns).map { Float($0 % 251 - 100) }
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian) { Array($0) }
    }
    let owner = Bytes(bytes, offset: 2)
    let tensor = Tensor(bytes: owner.buffer, of: .bfloat16, shape: [rows, columns], owner: owner)
    #expect(tensor.elements == values)
    var blocks = 0
    var seen: [Float] = []
    tensor.forEachRowBlock(in: Workspace()) { range, block in
      #expect(range.lowerBound * columns == seen.count)
      seen += block.elements
      blocks += 1
    }
    #expect(seen == values)
    #expect(blocks > 1)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
      tensor.copyRow(699, to: row)
      #expect(Array(row) == Array(values.suffix(columns)))
    }
  }
}
