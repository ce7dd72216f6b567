import Foundation

@testable import Tokenizers

/// The small vocabularies, texts and goldens in Fixtures; make_goldens.py there made them.
enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
  }

  /// Each one text or a pair.
  static let texts: [[String]] = {
    let data = try! Data(contentsOf: folder.appendingPathComponent("texts.json"))
    return try! JSONDecoder().decode([[String]].self, from: data)
  }()

  /// The parts of a `tokenizer.json`, but for vocabulary and merges.
  static func pipeline(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.appendingPathComponent("pipelines.json"))
    let pipelines = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    return pipelines?[name] ?? [:]
  }

  /// Writes a `tokenizer.json` with its vocabulary in place of the stand-in.
  static func write(_ pipeline: [String: Any], to folder: TemporaryFolder) throws {
    let data = try JSONSerialization.data(
      withJSONObject: pipeline, options: [.withoutEscapingSlashes])
    var text = String(decoding: data, as: UTF8.self)
    for name in ["wordpiece", "wordpiece-cased", "bytes", "pieces"] {
      guard text.contains("\"vocab\":\"@\(name)\"") else { continue }
      // Through Foundation's dictionaries, tokens that are canonically equivalent would be lost.
      text.replace("\"vocab\":\"@\(name)\"", with: "\"vocab\":" + (try vocabulary(name)))
      guard text.contains("\"merges\":\"@\(name)\"") else { continue }
      let lines = try Fixture.text("\(name)/merges.txt").split(separator: "\n")
      let merges = try json(lines.filter { !$0.hasPrefix("#version") }.map(String.init))
      text.replace("\"merges\":\"@\(name)\"", with: "\"merges\":" + merges)
    }
    try folder.write(text, to: "tokenizer.json")
  }

  private static func vocabulary(_ name: String) throws -> String {
    guard name.hasPrefix("wordpiece") else { return try text("\(name)/vocab.json") }
    let tokens = try text("\(name)/vocab.txt").split(separator: "\n")
    let members = try tokens.enumerated().map { "\(try json(String($1))):\($0)" }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  /// The tokenizer of one of the pipelines.
  static func tokenizer(_ name: String) throws -> Tokenizer {
    let folder = try TemporaryFolder()
    try write(pipeline(name), to: folder)
    return try Tokenizer.load(folder: folder.path)
  }
}

/// What Hugging Face tokenizers made of one text.
struct Golden {
  var text: [String]
  var ids: [Int]
  /// Digests of the offsets in scalars, of the type ids, and of the decoded text.
  var digests: [String]

  /// Goldens of all texts, or of each fifth.
  static func all(of name: String) throws -> [Golden] {
    let lines = try Fixture.text("goldens/\(name).txt").split(separator: "\n")
    let isComplete = lines.count == Fixture.texts.count
    return lines.enumerated().map { index, line in
      let fields = line.split(separator: " ")
      return Golden(
        text: Fixture.texts[isComplete ? index : index * 5],
        ids: fields[0] == "-" ? [] : unpacked(fields[0]), digests: fields[1...].map(String.init))
    }
  }

  /// Ids of two characters each, in base 94 from '!' on.
  static func unpacked(_ text: Substring) -> [Int] {
    let digits = text.utf8.map { Int($0) - 33 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 94 + digits[$0 + 1] }
  }

  /// FNV-1a in 32 bits.
  static func digest(_ text: String) -> String {
    var value: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { value = (value ^ UInt32(byte)) &* 0x0100_0193 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}

extension Encoding {
  /// The offsets in Unicode scalars instead of bytes, as Python counts.
  func scalarOffsets(_ texts: [String]) -> [Range<Int>] {
    let scalarIndices = texts.map { text in
      var indices: [Int] = []
      for (index, scalar) in text.unicodeScalars.enumerated() {
        indices += Array(repeating: index, count: UTF8.width(scalar))
      }
      return indices + [text.unicodeScalars.count]
    }
    return zip(offsets, sequences).map { range, sequence in
      guard let sequence else { return 0..<0 }
      return scalarIndices[sequence][range.lowerBound]..<scalarIndices[sequence][range.upperBound]
    }
  }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tokenizers-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func write(_ text: String, to name: String) throws {
    try write(Data(text.utf8), to: name)
  }

  func write(_ data: Data, to name: String) throws {
    try data.write(to: url.appendingPathComponent(name))
  }

  /// Copies a file of the fixtures.
  func add(_ path: String, as name: String) throws {
    try write(Data(contentsOf: Fixture.folder.appendingPathComponent(path)), to: name)
  }
}
