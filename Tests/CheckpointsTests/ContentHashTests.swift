import Testing

@testable import Checkpoints

struct ContentHashTests {
  private func digest(_ bytes: [UInt8], piece: Int = .max) -> String {
    var digest = SHA256()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(bytes.count, start &+ piece)].withUnsafeBytes { digest.update($0) }
      if piece == .max { break }
    }
    return digest.hexadecimal()
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the standard's examples`(text: String, expected: String) {
    #expect(digest(Array(text.utf8)) == expected)
  }

  @Test func `a million times the letter a, in pieces`() {
    #expect(
      digest([UInt8](repeating: 0x61, count: 1_000_000), piece: 64 * 1000)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `any changed bit of the weights changes the hash`() throws {
    let fixture = try ModelFixture()
    try fixture.tensors(["w": [1, 2, 3]])
    let before = try #require(try Checkpoint.open(at: fixture.folder).contentHash())
    #expect(before == digest(try fixture.read("model.safetensors")))
    try fixture.tensors(["w": [1, 2, Float(3).nextUp]])
    let after = try #require(try Checkpoint.open(at: fixture.folder).contentHash())
    #expect(before != after)
  }

  @Test func `the hash of shards covers all of them, and their names`() throws {
    let fixture = try ModelFixture()
    try fixture.tensors(["a": [1]], in: "1.safetensors")
    try fixture.tensors(["b": [2]], in: "2.safetensors")
    let lines = try ["1.safetensors", "2.safetensors"].map {
      "\(digest(try fixture.read($0)))  \($0)\n"
    }
    let hash = try Checkpoint.open(at: fixture.folder).contentHash()
    #expect(hash == digest(Array(lines.joined().utf8)))
  }

  @Test func `a cancelled hash is none, and can be asked for again`() throws {
    let fixture = try ModelFixture()
    try fixture.tensors(["a": [1]])
    let checkpoint = try Checkpoint.open(at: fixture.folder)
    #expect(try checkpoint.contentHash(isCancelled: { true }) == nil)
    #expect(try checkpoint.contentHash() != nil)
  }
}
