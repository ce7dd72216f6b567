import Tensors
import Testing

@testable import Checkpoints

/// Every way in which a PyTorch file can lie, or ask for more than tensors, is refused by its own
/// error.
struct MalformedPyTorchTests {
  let fixture: ModelFixture
  let file: String

  init() throws {
    fixture = try ModelFixture()
    file = fixture.path("a.pt")
  }

  private func refuses(
    _ expected: CheckpointError, _ bytes: [UInt8],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try fixture.write("a.pt", bytes)
    #expect(throws: expected, sourceLocation: sourceLocation) { try Checkpoint.open(at: file) }
  }

  /// The pickle starts behind a header of 30 bytes and its name of 10.
  private let start = 40

  private func refuses(
    _ expected: CheckpointError, pickle: [UInt8],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try refuses(
      expected, PyTorchFixture.archive(pickle: pickle), sourceLocation: sourceLocation)
  }

  private func bad(_ offset: Int, _ reason: String) -> CheckpointError {
    .badPickle(file: file, offset: start + offset, reason: reason)
  }

  // MARK: The archive

  @Test func `an empty file is no PyTorch file`() throws {
    try refuses(.otherFormat(file: file, format: "no PyTorch file"), [])
  }

  @Test func `text is no PyTorch file`() throws {
    try refuses(.otherFormat(file: file, format: "no PyTorch file"), Array("<html>".utf8))
  }

  @Test func `a git-LFS pointer is named as one`() throws {
    try refuses(
      .gitLFSPointer(file: file), Array("version https://git-lfs.github.com/spec/v1\n".utf8))
  }

  @Test func `an archive that is cut short lacks its directory`() throws {
    let bytes = PyTorchFixture.archive(pickle: PyTorchFixture.pickle()).dropLast(4)
    try refuses(
      .badArchive(
        file: file, offset: bytes.count, reason: "the archive's directory is missing at the end"),
      Array(bytes))
  }

  @Test func `a directory that breaks off is refused`() throws {
    var bytes = PyTorchFixture.archive(pickle: PyTorchFixture.pickle())
    let directory = bytes.count - 22 - 2 * 46 - "m/data.pklm/data/0".utf8.count
    bytes[directory] = 0
    try refuses(
      .badArchive(file: file, offset: directory, reason: "the directory breaks off"), bytes)
  }

  @Test func `a directory beyond the file is refused`() throws {
    var bytes = PyTorchFixture.archive(pickle: PyTorchFixture.pickle())
    bytes.replaceSubrange(bytes.count - 6..<bytes.count - 2, with: [0, 0, 0, 0x7F])
    try refuses(
      .badArchive(
        file: file, offset: bytes.count - 22, reason: "the directory lies beyond the file"), bytes)
  }

  @Test func `an entry that is listed twice is refused`() throws {
    let bytes = PyTorchFixture.archive([("m/a", []), ("m/a", [])])
    try refuses(
      .badArchive(file: file, offset: bytes.count - 22 - 49, reason: "lists m/a twice"), bytes)
  }

  @Test func `an entry without its header is refused`() throws {
    var bytes = PyTorchFixture.archive(pickle: PyTorchFixture.pickle())
    let storage = bytes.count - 22 - 2 * 46 - 18 - 8 - 38
    bytes[storage + 3] = 9
    try refuses(
      .badArchive(file: file, offset: storage, reason: "no header of m/data/0 here"), bytes)
  }

  @Test func `deflated entries are refused by name`() throws {
    let path = PyTorchFixture.path("deflated.pt")
    #expect(
      throws: CheckpointError.compressedEntry(
        file: path, entry: "linear/data.pkl", method: "deflated")
    ) { try Checkpoint.open(at: path) }
  }

  @Test func `big-endian archives are refused`() throws {
    let path = PyTorchFixture.path("big-endian.pt")
    #expect(throws: CheckpointError.bigEndian(file: path)) { try Checkpoint.open(at: path) }
  }

  @Test func `an archive without data.pkl is something else`() throws {
    try refuses(
      .otherFormat(file: file, format: "a zip archive without data.pkl"),
      PyTorchFixture.archive([("word/document.xml", [])]))
  }

  @Test func `a TorchScript program is named as one`() throws {
    try refuses(
      .otherFormat(file: file, format: "a TorchScript program"),
      PyTorchFixture.archive([("m/data.pkl", []), ("m/constants.pkl", [])]))
  }

  @Test func `a PyTorch archive under the name of safetensors is named as one`() throws {
    let file = try fixture.write("model.safetensors", "PK\u{3}\u{4}and so on")
    #expect(
      throws: CheckpointError.otherFormat(
        file: file, format: "a zip archive (a PyTorch checkpoint?)")
    ) { try Checkpoint.open(at: file) }
  }

  // MARK: The pickle

  @Test func `a call of anything but tensors is refused by name, and not made`() throws {
    let call = Array("cos\nsystem\n(".utf8) + PyTorchFixture.string("true") + Array("tR.".utf8)
    let pickle = [0x80, 2] + call
    try refuses(
      .refusedGlobal(file: file, offset: start + 2, global: "os.system"), pickle: pickle)
  }

  @Test func `a name on the stack is refused as any other`() throws {
    let pickle: [UInt8] =
      [0x80, 4, 0x8C, 8] + Array("builtins".utf8) + [0x8C, 4] + Array("eval".utf8) + [0x93, 0x2E]
    try refuses(
      .refusedGlobal(file: file, offset: start + 18, global: "builtins.eval"), pickle: pickle)
  }

  @Test func `a whole module is refused by its class`() throws {
    let path = PyTorchFixture.path("module.pt")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(at: path) }
    guard case .refusedGlobal(path, _, "torch.nn.modules.linear.Linear") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `complex numbers are refused by their storage`() throws {
    let path = PyTorchFixture.path("complex.pt")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(at: path) }
    guard case .refusedGlobal(path, _, "torch.ComplexFloatStorage") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    (UInt8(0x81), "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x82, "EXT1"), (0x69, "INST"), (0x6F, "OBJ"),
    (0x50, "PERSID"), (0x97, "NEXT_BUFFER"), (0xFF, "0xff"),
  ])
  func `opcodes that tensors do not need are refused by name`(
    opcode: UInt8, name: String
  ) throws {
    try refuses(
      .refusedOpcode(file: file, offset: start + 2, opcode: name), pickle: [0x80, 2, opcode])
  }

  @Test func `a pickle that breaks off is refused`() throws {
    try refuses(bad(2, "the pickle breaks off, or is over 32 MB"), pickle: [0x80, 2, 0x58, 9])
    try refuses(bad(2, "the pickle breaks off, or is over 32 MB"), pickle: [0x80, 2])
  }

  @Test func `a string longer than the pickle is refused`() throws {
    let pickle: [UInt8] = [0x80, 4, 0x8D] + PyTorchFixture.little(UInt64.max) + [0x2E]
    try refuses(bad(2, "a length of 18446744073709551615"), pickle: pickle)
  }

  @Test func `a pickle of a text protocol is refused`() throws {
    try refuses(bad(0, "protocol 0 is not 2 to 5"), pickle: [0x80, 0, 0x2E])
  }

  @Test func `an empty stack is refused`() throws {
    try refuses(bad(2, "the stack is empty"), pickle: [0x80, 2, 0x2E])
    try refuses(bad(3, "the stack is empty"), pickle: [0x80, 2, 0x28, 0x52])
  }

  @Test func `a mark that was not set is refused`() throws {
    try refuses(bad(2, "no mark is set"), pickle: [0x80, 2, 0x74])
  }

  @Test func `a memo that was not put is refused`() throws {
    try refuses(bad(2, "nothing was put in memo 7"), pickle: [0x80, 2, 0x68, 7])
  }

  @Test func `tuples within tuples without end are refused`() throws {
    let pickle = [0x80, 2, 0x29] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2E]
    try refuses(bad(34, "tuples are nested too deeply"), pickle: pickle)
  }

  @Test func `a list that holds itself is no state dict`() throws {
    let pickle: [UInt8] = [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]
    try refuses(.noStateDictionary(file: file, found: "a list"), pickle: pickle)
  }

  @Test func `a persistent id that is no storage is refused`() throws {
    try refuses(bad(3, "a persistent id that is no storage"), pickle: [0x80, 2, 0x4E, 0x51])
  }

  @Test func `a file without tensors says what it holds`() throws {
    let path = PyTorchFixture.path("no-tensors.pt")
    #expect(throws: CheckpointError.noStateDictionary(file: path, found: "a dict of epoch, loss")) {
      try Checkpoint.open(at: path)
    }
  }

  // MARK: Tensors

  @Test func `a storage that is missing is named`() throws {
    try refuses(
      .missingStorage(file: file, tensor: "w", storage: "../1"),
      pickle: PyTorchFixture.pickle(key: "../1"))
  }

  @Test func `a storage shorter than it claims is refused`() throws {
    try refuses(
      .storageTooShort(file: file, tensor: "w", storage: "0", needed: 12, found: 8),
      pickle: PyTorchFixture.pickle(count: 3))
    try refuses(
      .storageTooShort(file: file, tensor: "w", storage: "0", needed: .max, found: 8),
      pickle: PyTorchFixture.pickle(count: .max))
  }

  @Test func `a tensor beyond its storage is refused`() throws {
    try refuses(
      .storageTooShort(file: file, tensor: "w", storage: "0", needed: 12, found: 8),
      pickle: PyTorchFixture.pickle(offset: 1))
    try refuses(
      .storageTooShort(file: file, tensor: "w", storage: "0", needed: .max, found: 8),
      pickle: PyTorchFixture.pickle(offset: .max))
  }

  @Test func `a shape that overflows is refused`() throws {
    try refuses(
      .shapeOverflow(file: file, tensor: "w", shape: [.max, .max]),
      pickle: PyTorchFixture.pickle(shape: [.max, .max], strides: [1, 1]))
  }

  @Test func `negative sizes and strides are refused`() throws {
    try refuses(
      .badView(file: file, tensor: "w", shape: [-1], strides: [1]),
      pickle: PyTorchFixture.pickle(shape: [-1]))
    try refuses(
      .badView(file: file, tensor: "w", shape: [2], strides: [-1]),
      pickle: PyTorchFixture.pickle(strides: [-1]))
    try refuses(
      .badView(file: file, tensor: "w", shape: [2], strides: []),
      pickle: PyTorchFixture.pickle(strides: []))
  }

  @Test func `a view that repeats its elements is refused`() throws {
    let path = PyTorchFixture.path("expanded.pt")
    #expect(
      throws: CheckpointError.badView(file: path, tensor: "w", shape: [3, 2], strides: [0, 1])
    ) { try Checkpoint.open(at: path) }
  }

  // MARK: The stream from before PyTorch 1.6

  @Test func `a pickle of something else is named as one`() throws {
    try refuses(
      .otherFormat(file: file, format: "a pickle that torch.save did not write"),
      [0x80, 2, 0x4E, 0x2E])
  }

  @Test func `a stream whose last storage is cut short is refused`() throws {
    let legacy = try MappedFile(path: PyTorchFixture.path("legacy.pt")).withBytes(Array.init)
    try fixture.write("a.pt", Array(legacy.dropLast(1)))
    let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(at: file) }
    #expect(error?.description.contains("is cut short or belongs to no tensor") == true)
  }

  @Test func `any cut of a stream or an archive is refused without a crash`() throws {
    for name in ["legacy.pt", "linear.pth", "views.pt"] {
      let whole = try MappedFile(path: PyTorchFixture.path(name)).withBytes(Array.init)
      for count in stride(from: 0, to: whole.count, by: 7) {
        try fixture.write("a.pt", Array(whole.prefix(count)))
        #expect(throws: CheckpointError.self) { try Checkpoint.open(at: file) }
      }
    }
  }

  @Test func `any one byte of a stream or an archive may be wrong without a crash`() throws {
    let values: [UInt8] = [0, 0x28, 0x7F, 0xFF]
    for name in ["views-legacy.pt", "views.pt"] {
      let whole = try MappedFile(path: PyTorchFixture.path(name)).withBytes(Array.init)
      for place in whole.indices where place % 2 == 0 || name == "views-legacy.pt" {
        var bytes = whole
        bytes[place] = values[place / 2 % values.count]
        try fixture.write("a.pt", bytes)
        guard let checkpoint = try? Checkpoint.open(at: file) else { continue }
        let isConsistent = try checkpoint.tensors.allSatisfy { tensor in
          try checkpoint.withBytes(of: tensor) { $0.count } == tensor.byteCount
        }
        #expect(isConsistent, "byte \(place) of \(name)")
      }
    }
  }
}
