import Explorer
import Foundation
import Testing

@testable import sparsescope

@Suite(.serialized, .enabled(if: TerminalSession.canRun, "tmux is not installed"))
struct `The view comes back` {
  private let folder = try! TemporaryFolder()
  private var environment: [String: String] { ["XDG_STATE_HOME": folder.path("state")] }
  private var file: URL { folder.url.appendingPathComponent("state/sparsescope/explorer.json") }

  private func open(_ arguments: String...) throws -> TerminalSession {
    let session = try TerminalSession(arguments, width: 140, environment: environment)
    try session.waitUntilSettled()
    return session
  }

  /// The embedded model under a path of its own.
  private func copyModel() throws -> String {
    let path = folder.path("model")
    try FileManager.default.copyItem(
      at: Program.url.deletingLastPathComponent()
        .appendingPathComponent("sparsescope_sparsescope.resources/vit-digits"),
      to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `level, method, matrix and panel, after q`() throws {
    let first = try open()
    try first.press("m", "Down", "Enter", "Down", "Down")
    try first.type("62.5")
    try first.press("Enter", "5", "z", "g")
    #expect(try first.quit() == 0)
    let second = try open()
    #expect(try second.screenContains("62.5 %"))
    #expect(try second.screenContains("magnitude, per matrix"))
    #expect(try second.screenContains("mask map"))
    #expect(try !second.screenContains("╭ 1 matrices"))
    try second.press("z", "1")
    #expect(try second.screenContains("▸0 attn v"))
    #expect(try second.quit() == 0)
  }

  @Test func `what the command line says counts more, and --fresh begins anew`() throws {
    let first = try open("--sparsity", "0.3")
    try first.press("z", "Right")
    #expect(try first.quit() == 0)
    let second = try open("--sparsity", "0.7")
    #expect(try second.screenContains("70.0 %"))
    #expect(try second.quit() == 0)
    let third = try open("--fresh")
    #expect(try third.screenContains("50.0 %"))
    #expect(try third.screenContains("╭ 1 matrices"))
    #expect(try third.quit() == 0)
  }

  @Test func `without a MODEL the last one opens, and says so`() throws {
    let path = try copyModel()
    #expect(try open(path, "--sparsity", "0.4").quit() == 0)
    let again = try open()
    #expect(try again.screenContains("\(path) again"))
    #expect(try again.screenContains("40.0 %"))
    #expect(try again.quit() == 0)
    try FileManager.default.removeItem(atPath: path)
    let gone = try open()
    #expect(try gone.screenContains("cannot be opened any more"))
    #expect(try gone.screenContains("vit-digits"))
    #expect(try gone.quit() == 0)
  }

  @Test(arguments: ["HUP", "TERM", "INT"])
  func `after a signal, by which it ends`(signal: String) throws {
    let first = try open()
    try first.type("37")
    try first.press("Enter")
    try first.signal(signal)
    let number = ["HUP": 1, "INT": 2, "TERM": 15][signal]!
    #expect(try first.exitStatus() == 128 + number)
    #expect(try !first.screenContains("sparsity ├"), "the screen is given back")
    let second = try open()
    #expect(try second.screenContains("37.0 %"))
    #expect(try second.quit() == 0)
  }

  @Test func `--once shows the same whatever was looked at`() throws {
    let before = try Program.run(["--once", "--wait", "10"], environment: environment).output
    let session = try open("--sparsity", "0.3")
    try session.press("z")
    #expect(try session.quit() == 0)
    let after = try Program.run(["--once", "--wait", "10"], environment: environment).output
    #expect(before == after)
  }

  @Test(arguments: ["{", "{\"views\": 3, \"runs\": [], \"lastModel\": {}}"])
  func `a damaged file is no error`(text: String) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: false, encoding: .utf8)
    let session = try open()
    #expect(try session.screenContains("50.0 %"))
    try session.press("Right")
    #expect(try session.quit() == 0)
    #expect(ExplorerMemoryFile(url: file).load().views["embedded"]?.sparsity == 0.51)
  }

  @Test func `two explorers keep each other's marks`() throws {
    let memory = ExplorerMemoryFile(url: file)
    /// An explorer that has read some marks leaves others.
    func leave(_ marks: [String], having old: [String]) throws {
      try memory.change { memory in
        var (before, after) = (RunsViewState(), RunsViewState())
        (before.marks, after.marks) = (old, marks)
        var view = memory.runs ?? RunsViewState()
        view.merge(after, since: before)
        memory.runs = view
      }
    }
    try leave(["b"], having: [])
    try leave(["a"], having: [])
    #expect(memory.load().runs?.marks == ["b", "a"])
    try leave(["c"], having: ["a"])
    #expect(memory.load().runs?.marks == ["b", "c"])
  }
}
