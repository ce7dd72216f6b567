import Glibc
import Tensors
import Testing

@testable import Checkpoints

/// Every way in which a file of weights can lie is refused by its own error.
struct MalformedFileTests {
  let fixture: ModelFixture
  let file: String

  init() throws {
    fixture = try ModelFixture()
    file = fixture.path("model.safetensors")
  }

  private func refuses(
    _ expected: CheckpointError, header: String, data: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try fixture.safetensors(header: header, data: [UInt8](repeating: 0, count: data))
    #expect(throws: expected, sourceLocation: sourceLocation) {
      try Checkpoint.open(at: fixture.folder)
    }
  }

  // MARK: The file as a whole

  @Test func `an empty file is too short`() throws {
    try fixture.write("model.safetensors", "")
    #expect(throws: CheckpointError.tooShort(file: file, size: 0)) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `seven bytes are too short`() throws {
    try fixture.write("model.safetensors", "1234567")
    #expect(throws: CheckpointError.tooShort(file: file, size: 7)) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `a header over 100 MB is refused`() throws {
    try fixture.write("model.safetensors", ModelFixture.littleEndian(100_000_001) + [0x7B])
    #expect(throws: CheckpointError.headerTooLong(file: file, length: 100_000_001)) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `a header length of all ones is refused`() throws {
    try fixture.write("model.safetensors", ModelFixture.littleEndian(.max) + [0x7B])
    #expect(throws: CheckpointError.headerTooLong(file: file, length: .max)) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `a header beyond the file is refused`() throws {
    try fixture.write("model.safetensors", ModelFixture.littleEndian(100) + [0x7B])
    #expect(throws: CheckpointError.headerBeyondFile(file: file, length: 100, size: 9)) {
      try Checkpoint.open(at: file)
    }
  }

  @Test func `a header of no bytes is refused`() throws {
    try refuses(.headerNotObject(file: file), header: "")
  }

  @Test func `a header that starts with a space is refused`() throws {
    try refuses(.headerNotObject(file: file), header: " {}")
  }

  @Test func `a git-LFS pointer is named as one`() throws {
    try fixture.write(
      "model.safetensors",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 440449768\n")
    #expect(throws: CheckpointError.gitLFSPointer(file: file)) { try Checkpoint.open(at: file) }
  }

  // MARK: JSON

  @Test func `a header that breaks off is refused at its offset`() throws {
    try refuses(
      .headerNotJSON(file: file, offset: 18, reason: "the text ends too early"),
      header: #"{"w":{"d""# + ":")
  }

  @Test func `text after the header's object is refused`() throws {
    try refuses(
      .headerNotJSON(file: file, offset: 11, reason: "text after the end"), header: "{} {}")
  }

  @Test func `a name that is not UTF-8 is refused`() throws {
    let json: [UInt8] = Array(#"{""#.utf8) + [0xFF] + Array(#"":{}}"#.utf8)
    try fixture.write("model.safetensors", ModelFixture.littleEndian(UInt64(json.count)) + json)
    #expect(
      throws: CheckpointError.headerNotJSON(file: file, offset: 10, reason: "a string is not UTF-8")
    ) { try Checkpoint.open(at: file) }
  }

  @Test func `endless nesting is refused`() throws {
    let header = #"{"w":{"x":"# + String(repeating: "[", count: 200)
    try refuses(
      .headerNotJSON(file: file, offset: 118, reason: "nested too deeply"), header: header)
  }

  // MARK: One tensor

  @Test func `a name that is listed twice is refused`() throws {
    let entry = #""w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#
    try refuses(
      .duplicateName(file: file, tensor: "w", firstFile: file), header: "{\(entry),\(entry)}",
      data: 1)
    let elsewhere = #""w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}"#
    try refuses(
      .duplicateName(file: file, tensor: "w", firstFile: file),
      header: "{\(entry),\(elsewhere)}", data: 2)
  }

  @Test func `a missing dtype is refused`() throws {
    try refuses(
      .badField(file: file, tensor: "w", field: "dtype", reason: "is missing or no string"),
      header: #"{"w":{"shape":[1],"data_offsets":[0,1]}}"#, data: 1)
  }

  @Test func `an unknown dtype is refused`() throws {
    try refuses(
      .unknownType(file: file, tensor: "w", type: "F12"),
      header: #"{"w":{"dtype":"F12","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
  }

  @Test(arguments: [#""shape":[1.5],"#, #""shape":"1","#, #""shape":[9223372036854775808],"#, ""])
  func `a shape that is no list of integers is refused`(shape: String) throws {
    try refuses(
      .badField(
        file: file, tensor: "w", field: "shape", reason: "is missing or not a list of integers"),
      header: #"{"w":{"dtype":"U8",\#(shape)"data_offsets":[0,1]}}"#, data: 1)
  }

  @Test func `a negative size is refused`() throws {
    try refuses(
      .negativeShape(file: file, tensor: "w", shape: [-1, -1]),
      header: #"{"w":{"dtype":"U8","shape":[-1,-1],"data_offsets":[0,1]}}"#, data: 1)
  }

  @Test func `a shape whose product overflows is refused`() throws {
    // 2^62 elements of four bytes would wrap round to zero bytes.
    try refuses(
      .shapeOverflow(file: file, tensor: "w", shape: [2_147_483_648, 2_147_483_648]),
      header:
        #"{"w":{"dtype":"F32","shape":[2147483648,2147483648],"data_offsets":[0,0]}}"#)
  }

  @Test func `a shape that needs other bytes than its offsets span is refused`() throws {
    try refuses(
      .sizeMismatch(
        file: file, tensor: "w", type: .float32, shape: [3], expected: 12, found: 8),
      header: #"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, data: 8)
  }

  @Test(arguments: ["[0]", "[0,1,2]", "[-1,0]", "{}", "[0,1e30]"])
  func `offsets that are not two positive integers are refused`(offsets: String) throws {
    try refuses(
      .badField(
        file: file, tensor: "w", field: "data_offsets", reason: "are not two positive integers"),
      header: #"{"w":{"dtype":"U8","shape":[1],"data_offsets":\#(offsets)}}"#, data: 1)
  }

  @Test func `offsets in the wrong order are refused`() throws {
    try refuses(
      .offsetsReversed(file: file, tensor: "w", begin: 1, end: 0),
      header: #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, data: 1)
  }

  @Test func `a tensor past the end is refused`() throws {
    let header = #"{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
    let start = 8 + header.utf8.count
    try refuses(
      .pastEnd(file: file, tensor: "w", end: start + 4, size: start + 3), header: header, data: 3)
  }

  @Test func `an offset that would overflow is refused`() throws {
    let header = #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775807]}}"#
    try refuses(
      .pastEnd(file: file, tensor: "w", end: .max, size: 8 + header.utf8.count), header: header)
  }

  // MARK: Tensors together

  @Test func `overlapping tensors are refused`() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}"#
    let start = 8 + header.utf8.count
    try refuses(
      .overlap(file: file, tensor: "b", begin: start + 3, other: "a", otherEnd: start + 4),
      header: header, data: 7)
  }

  @Test func `a hole between tensors is refused`() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}"#
    let start = 8 + header.utf8.count
    try refuses(
      .hole(file: file, tensor: "b", begin: start + 5, expected: start + 4), header: header,
      data: 9)
  }

  @Test func `bytes after the last tensor are refused`() throws {
    let header = #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let start = 8 + header.utf8.count
    try refuses(
      .trailingBytes(file: file, end: start + 1, size: start + 5), header: header, data: 5)
  }

  // MARK: After opening

  @Test func `a file that is cut short while open is refused, not read`() throws {
    try fixture.tensors(["w": [1, 2, 3, 4]])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    let end = try #require(checkpoint.tensor(named: "w")).byteRange.upperBound
    #expect(truncate(file, off_t(end - 4)) == 0)
    #expect(
      throws: CheckpointError.truncatedAfterOpening(
        file: file, tensor: "w", size: end - 4, needed: end)
    ) { try checkpoint.floats("w") }
  }

  // MARK: Messages

  @Test func `a message names file, tensor, offset and remedy`() {
    let error = CheckpointError.hole(
      file: "m.safetensors", tensor: "h.0.w", begin: 120, expected: 112)
    #expect(
      error.description == "m.safetensors: tensor h.0.w: starts at offset 120, leaving a hole from "
        + "112; the file is damaged: fetch or write it again")
  }
}
