import Foundation
import Testing

@Suite(.serialized, .enabled(if: SecureShell.canRun, "no ssh, or no sshd"))
struct `Over SSH` {
  private let server: SecureShell
  private let folder: TemporaryFolder

  init() throws {
    server = try SecureShell()
    folder = try TemporaryFolder()
  }

  /// The explorer's command line there, with its statistics in the folder.
  private func command(_ arguments: String) -> String {
    "exec env -u NO_COLOR TERM=xterm-256color LC_ALL=C.UTF-8 "
      + "XDG_STATE_HOME='\(folder.path("state"))' XDG_DATA_HOME='\(folder.path("data"))' "
      + "'\(Program.url.path)' \(arguments) --stats '\(folder.path("frames"))'"
  }

  private struct Frame: Decodable {
    var keys: Int
    var bytes: Int
  }

  private struct Summary: Decodable {
    var summary: Bool
    var roundTripMsMedian: Double?
  }

  private func lines<Line: Decodable>() -> [Line] {
    let text = (try? String(contentsOfFile: folder.path("frames"), encoding: .utf8)) ?? ""
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return text.split(separator: "\n").compactMap {
      try? decoder.decode(Line.self, from: Data($0.utf8))
    }
  }

  @Test(arguments: [false, true])
  func `scrubbing keeps up with the finger at 150 ms and 64 kbit/s`(compressing: Bool) throws {
    let link = try SlowLink(to: server.port, delay: .milliseconds(75), bitsPerSecond: 64_000)
    defer { link.stop() }
    let terminal = try TerminalEmulator(
      SecureShell.client,
      server.arguments(
        port: link.port, compressing: compressing, command: command("--sparsity 0.05 --no-cache")))
    // The engine is paused, so that only keys make frames.
    try #require(terminal.listen(atMost: .seconds(10)) { terminal.text().contains("5.0 %") })
    terminal.type("p")
    terminal.listen(untilSilentFor: .milliseconds(600), atMost: .seconds(5))

    let before: [Frame] = lines()
    let (carried, began) = (link.bytesDown, ContinuousClock.now)
    for step in 1...90 {
      terminal.type("\u{1b}[C")
      let next = began + .milliseconds(100 * step / 3)
      terminal.listen(atMost: next - .now) { false }
    }
    let lastKey = ContinuousClock.now
    terminal.listen(untilSilentFor: .milliseconds(700), atMost: .seconds(20))
    let lag = terminal.lastOutput - lastKey
    let after: [Frame] = lines()
    let frames = after.dropFirst(before.count).filter { $0.bytes > 0 }
    let elapsed = lastKey - began + lag
    print(
      """
      \(compressing ? "ssh -C" : "ssh"): \(frames.count) frames, \
      \(frames.reduce(0) { $0 + $1.bytes }) bytes, \(link.bytesDown - carried) on the wire, \
      last key to last byte \(lag), in \(elapsed)
      """)

    #expect(after.reduce(0) { $0 + $1.keys } >= 91, "no key is lost")
    #expect(Double(frames.count) <= elapsed / .milliseconds(150) + 2)
    #expect(frames.count >= 5)
    // A frame may be under way when the last key is pressed; then comes the last one.
    let largest = Double(frames.map(\.bytes).max() ?? 0)
    let transmission = Duration.seconds(2 * largest * 8 / 64_000)
    #expect(lag < .milliseconds(2 * 150 + 150) + transmission)

    let shown = terminal.output.count
    terminal.type("\u{c}")
    #expect(
      terminal.listen(atMost: .seconds(10)) { terminal.text(since: shown).contains("95.0 %") })
    terminal.type("q")
    #expect(terminal.listen(atMost: .seconds(5)) { !terminal.isRunning })
    let summary: [Summary] = lines()
    let roundTrip = try #require(summary.last?.roundTripMsMedian)
    #expect((150..<1000).contains(roundTrip))
  }

  @Test func `a connection that is cut costs nothing`() throws {
    let spec = folder.path("spec.yaml")
    try """
    protocol: one-shot
    sparsities: [0, 0.5]
    training: {max_steps: 30, epochs: 1}
    """.write(toFile: spec, atomically: false, encoding: .utf8)
    let run = folder.path("run")
    let program = "XDG_DATA_HOME='\(folder.path("data"))' '\(Program.url.path)'"
    let terminal = try TerminalEmulator(
      SecureShell.client,
      server.arguments(
        command: "\(program) run '\(spec)' --output '\(run)' --detach; "
          + command("--sparsity 0.05 --no-cache")))
    try #require(terminal.listen(atMost: .seconds(20)) { terminal.text().contains("5.0 %") })
    terminal.type("63\r2z")
    terminal.listen(untilSilentFor: .milliseconds(300), atMost: .seconds(5))
    terminal.cut()

    // What was looked at is written down though nobody has quit.
    let state = folder.path("state/sparsescope/explorer.json")
    let isKept = terminal.listen(atMost: .seconds(10)) {
      (try? String(contentsOfFile: state, encoding: .utf8))?.contains("0.63") == true
    }
    #expect(isKept)
    // The run that was started there goes on to its end.
    let isFinished = terminal.listen(atMost: .seconds(30)) {
      let results = try? FileManager.default.contentsOfDirectory(atPath: "\(run)/results")
      return results?.filter { $0.hasSuffix(".json") }.count == 2
    }
    #expect(isFinished)

    let again = try TerminalEmulator(
      SecureShell.client, server.arguments(command: command("--no-cache")))
    #expect(again.listen(atMost: .seconds(20)) { again.text().contains("63.0 %") })
    again.type("q")
    #expect(again.listen(atMost: .seconds(5)) { !again.isRunning })
  }
}
