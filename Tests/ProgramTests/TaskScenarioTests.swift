import Foundation
import Testing

/// A tiny BERT with a head of two classes, its vocabulary, and a tiny SST-2.
private struct TinyTask {
  let folder: TemporaryFolder
  let model: String
  let data: String

  /// - Parameter hasHead: whether the model keeps its classifier.
  init(hasHead: Bool = true) throws {
    folder = try TemporaryFolder()
    model = folder.path("tiny-bert")
    data = folder.path("SST-2")
    let manager = FileManager.default
    for path in [model, data] {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../TransformersTests/Fixtures/bert-classify")
    for name in ["config.json", "model.safetensors"] {
      try manager.copyItem(
        at: source.appendingPathComponent(name),
        to: URL(fileURLWithPath: model).appendingPathComponent(name))
    }
    if !hasHead {
      let weights = URL(fileURLWithPath: "\(model)/model.safetensors")
      // A name of the same length leaves the rest of the header as it is.
      var bytes = try Data(contentsOf: weights)
      while let range = bytes.range(of: Data("\"classifier.".utf8)) {
        bytes.replaceSubrange(range, with: Data("\"projectors.".utf8))
      }
      try bytes.write(to: weights)
    }
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
    let pieces =
      ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters + letters.map { "##" + $0 }
    try pieces.joined(separator: "\n").write(
      toFile: "\(model)/vocab.txt", atomically: false, encoding: .utf8)
    let lines = (0..<60).map { "\(letters[$0 % 26]) film like \(letters[$0 % 7])\t\($0 % 2)" }
    try (["sentence\tlabel"] + lines).joined(separator: "\n").write(
      toFile: "\(data)/dev.tsv", atomically: false, encoding: .utf8)
  }

  var environment: [String: String] { ["XDG_STATE_HOME": folder.path("state")] }
}

@Suite(.serialized, .enabled(if: TerminalSession.canRun, "tmux is not installed"))
struct `Tasks on a real terminal` {
  @Test func `t asks for the data, measures, and finds it again the next time`() throws {
    let tiny = try TinyTask()
    let session = try TerminalSession([tiny.model], environment: tiny.environment)
    try session.waitUntilSettled()
    #expect(try session.screenContains("press t and choose a task"))
    try session.press("t", "Down", "Enter")
    #expect(try session.screenContains("data of SST-2"))
    try session.type("/nowhere")
    try session.press("Enter")
    #expect(try session.screenContains("/nowhere cannot be read"))
    try session.press("C-u")
    try session.type(String(tiny.data.dropLast(2)))
    try session.press("Tab", "Enter")
    #expect(try session.screenContains("SST-2 dev 60"))
    #expect(try session.screenContains("3 accuracy %"))
    #expect(try session.screenContains("● measured"))
    #expect(try session.quit() == 0)

    let again = try TerminalSession([tiny.model], environment: tiny.environment)
    try again.waitUntilSettled()
    #expect(try again.screenContains("SST-2 dev 60"))
    try again.press("t")
    #expect(try again.screenContains("now · dev · "))
    try again.press("Escape")
    #expect(try again.quit() == 0)
  }

  @Test func `data that has gone is told, and the explorer opens all the same`() throws {
    let tiny = try TinyTask()
    let first = try Program.run(
      ["explore", tiny.model, "--task", "sst2", "--data", tiny.data, "--once"],
      environment: tiny.environment)
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("SST-2 dev 60"))
    try FileManager.default.removeItem(atPath: tiny.data)
    let session = try TerminalSession([tiny.model], environment: tiny.environment)
    try session.waitUntilSettled()
    #expect(try session.screenContains("press t and choose a task"))
    #expect(try session.screenContains("SST-2: "))
    #expect(try session.quit() == 0)
  }

  @Test func `a bare encoder says that it has no head for a task`() throws {
    let tiny = try TinyTask(hasHead: false)
    let session = try TerminalSession([tiny.model], environment: tiny.environment)
    try session.waitUntilSettled()
    #expect(try session.screenContains("a task needs a head"))
    try session.press("t")
    #expect(try session.screenContains("SQuAD"))
    try session.press("Enter")
    #expect(try session.screenContains("tiny-bert is a bare encoder"))
    #expect(try session.quit() == 0)
  }
}

@Suite struct `explore --task` {
  @Test func `takes the data from the memory, and asks for it where there is none`() throws {
    let tiny = try TinyTask()
    let arguments = ["explore", tiny.model, "--task", "sst2", "--once", "--size", "100x28"]
    let unknown = try Program.run(arguments, environment: tiny.environment)
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("--data PATH"))
    _ = try Program.run(arguments + ["--data", tiny.data], environment: tiny.environment)
    let known = try Program.run(arguments, environment: tiny.environment)
    #expect(known.status == 0, "\(known.errors)")
    #expect(known.output.contains("SST-2 dev 60"))
  }

  @Test func `fails with the reason where the data or the model does not fit`() throws {
    let tiny = try TinyTask()
    let missing = try Program.run(
      ["explore", tiny.model, "--task", "sst2", "--data", "/nowhere", "--once"],
      environment: tiny.environment)
    #expect(missing.status == 1)
    #expect(missing.errors.contains("/nowhere cannot be read"))
    let wrong = try Program.run(
      ["explore", tiny.model, "--task", "squad", "--data", "/nowhere", "--once"],
      environment: tiny.environment)
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("no model for --task squad"))
    let nonesuch = try Program.run(["explore", "--task", "nonesuch"])
    #expect(nonesuch.status == 2)
  }

  @Test func `paths lists where the choices are kept`() throws {
    let result = try Program.run(["paths"], environment: ["XDG_STATE_HOME": "/some/state"])
    #expect(result.output.contains("/some/state/sparsescope/explorer.json"))
  }
}
