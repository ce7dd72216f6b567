import Experiments
import Foundation

/// How quick the explorer is on a terminal: start, key to frame, bytes for each step.
struct InterfaceBench {
  /// This program.
  private let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()

  /// Milliseconds from the start of the program to the first byte of its first frame.
  func firstFrame(of model: String?, times: Int = 10) throws -> Samples {
    var samples = Samples()
    for _ in 0..<times {
      let began = ContinuousClock.now
      let terminal = try PseudoTerminal(
        program, (model.map { [$0] } ?? []) + ["--no-cache", "--fresh"], columns: 80, rows: 24)
      guard let first = terminal.read(first: .seconds(10), silence: .milliseconds(30)).firstByte
      else { throw CommandError("The explorer has drawn nothing in ten seconds.") }
      samples.add(first - began)
      terminal.type("q")
    }
    return samples
  }

  struct Scrubbing {
    /// Milliseconds from a key to the last byte of its frame's first write.
    var latency = Samples()
    /// Bytes that the frame took, and whatever else was drawn in the time.
    var bytes = Samples()
    /// Bytes that came while nothing changed.
    var idleBytes = 0
    /// Shares of the frames that were drawn while the engine computed.
    var busyShare = 0.0
  }

  /// Scrubs the embedded model at 80×24, first at rest, then while the engine computes.
  func scrubbing() throws -> (atRest: Scrubbing, busy: Scrubbing) {
    let statistics = FileManager.default.temporaryDirectory
      .appendingPathComponent("sparsescope-bench-\(getpid()).jsonl")
    defer { try? FileManager.default.removeItem(at: statistics) }
    let terminal = try PseudoTerminal(
      program, ["--stats", statistics.path, "--sparsity", "0.3", "--no-cache", "--fresh"],
      columns: 80,
      rows: 24)
    terminal.read(first: .seconds(10), silence: .seconds(2))

    var atRest = Scrubbing()
    terminal.type("p")  // With the engine paused only the keys make frames.
    terminal.read(first: .seconds(1), silence: .milliseconds(300))
    for step in 0..<100 { try press(step % 60 < 30 ? "l" : "h", on: terminal, into: &atRest) }
    atRest.idleBytes = terminal.read(first: .seconds(1), silence: .seconds(1)).bytes

    terminal.type("pm\u{1b}[B\u{1b}[B\r")  // Random pruning: every seed is a new curve.
    terminal.read(first: .seconds(1), silence: .milliseconds(200))
    var busy = Scrubbing()
    let before = try frames(statistics).count
    for _ in 0..<12 {
      terminal.type("n")
      Thread.sleep(forTimeInterval: 0.2)
      for step in 0..<12 {
        try press(step % 2 == 0 ? "l" : "h", on: terminal, into: &busy, pause: 0.02)
      }
    }
    let drawn = try frames(statistics).dropFirst(before).filter { $0.keys > 0 }
    busy.busyShare = Double(drawn.count(where: \.busy)) / Double(max(1, drawn.count))
    terminal.type("q")
    return (atRest, busy)
  }

  private func press(
    _ key: String, on terminal: PseudoTerminal, into scrubbing: inout Scrubbing,
    pause: Double = 0
  ) throws {
    let began = ContinuousClock.now
    terminal.type(key)
    let answer = terminal.read(first: .seconds(5), silence: .milliseconds(3))
    guard let first = answer.firstByte else {
      throw CommandError("The explorer did not answer a key in five seconds.")
    }
    scrubbing.latency.add(first - began)
    scrubbing.bytes.add(Double(answer.bytes))
    if pause > 0 { Thread.sleep(forTimeInterval: pause) }
  }

  private struct Frame: Decodable {
    var keys: Int
    var busy: Bool
  }

  private func frames(_ file: URL) throws -> [Frame] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return lines.compactMap { try? JSONDecoder().decode(Frame.self, from: Data($0.utf8)) }
  }
}
