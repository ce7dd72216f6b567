import Testing

@testable import Tasks

struct IDXFileTests {
  private func header(_ shape: [Int], type: UInt8 = 8) -> [UInt8] {
    let sizes = shape.flatMap { size in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
    }
    return [0, 0, type, UInt8(shape.count)] + sizes
  }

  @Test func `dimensions and bytes are read`() throws {
    let file = try IDXFile(header([2, 3]) + [1, 2, 3, 4, 5, 6], file: "x")
    #expect(file.shape == [2, 3])
    #expect(file.bytes == [1, 2, 3, 4, 5, 6])
  }

  @Test func `malformed files are refused with the offset`() {
    let cases: [([UInt8], Int)] = [
      ([], 0),
      ([0, 0, 8], 3),
      ([0, 0, 8, 2, 0, 0, 0, 1], 8),
      ([1, 0, 8, 1, 0, 0, 0, 0], 0),
      (header([1], type: 0x0d) + [0, 0, 0, 0], 2),
      (header([5]) + [1, 2], 10),
      (header([1]) + [1, 2], 9),
      (header([1 << 31, 1 << 31, 1 << 31]), 12),
    ]
    for (bytes, offset) in cases {
      let error = #expect(throws: TaskDataError.self) { try IDXFile(bytes, file: "digits-idx") }
      guard case .malformed(let file, let found, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(file == "digits-idx")
      #expect(found == offset, "\(bytes)")
    }
  }

  @Test func `a missing file is named`() {
    let error = #expect(throws: TaskDataError.self) { try IDXFile(at: "/no/such/file") }
    #expect("\(error!)" == "/no/such/file cannot be read")
  }
}
