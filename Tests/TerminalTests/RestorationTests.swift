import Canvas
import Foundation
import Terminal
import Testing

/// What a process leaves behind on its terminal, however it ends.
///
/// Each of them ends a child process, which has drawn on the terminal of the test.
@Suite struct RestorationTests {
  /// Whether an output ends by undoing everything that the terminal was asked for.
  static func isRestored(by output: String) -> Bool {
    ["\u{1b}[?2004l", "\u{1b}[?1006l", "\u{1b}[?1002l", "\u{1b}[?25h", "\u{1b}[?1049l"]
      .allSatisfy { sequence in
        guard let last = output.range(of: sequence, options: .backwards) else { return false }
        let undone = String(sequence.dropLast()) + (sequence.hasSuffix("h") ? "l" : "h")
        return output.range(of: undone, options: .backwards).map {
          $0.lowerBound < last.lowerBound
        } ?? true
      }
  }

  /// Takes the terminal at a path and draws on it.
  ///
  /// Before it, each child sets its signal to the default, which the test runner has changed.
  static func draw(on path: String) {
    let descriptor = open(path, O_RDWR | O_NOCTTY)
    guard
      let terminal = try? Terminal(
        .init(
          pacesFrames: false, input: descriptor, output: descriptor,
          environment: ["TERM": "xterm-256color"]))
    else { exit(99) }
    var canvas = Canvas(size: terminal.size)
    canvas.put("in use", x: 0, y: 0)
    terminal.draw(canvas, theme: .standard)
    // It must not be closed by going out of scope.
    _ = Unmanaged.passRetained(terminal)
  }

  private let pseudo = PseudoTerminal()

  private func check(_ before: [UInt32]) {
    let output = pseudo.output()
    #expect(output.contains("in use"))
    #expect(Self.isRestored(by: output))
    #expect(pseudo.modes == before)
  }

  @Test func exitGivesTheTerminalBack() async {
    let before = pseudo.modes
    await #expect(processExitsWith: .exitCode(3)) { [path = pseudo.path as String] in
      RestorationTests.draw(on: path)
      exit(3)
    }
    check(before)
  }

  @Test func signalsThatEndGiveTheTerminalBack() async {
    let before = pseudo.modes
    await #expect(processExitsWith: .signal(SIGTERM)) { [path = pseudo.path as String] in
      signal(SIGTERM, SIG_DFL)
      RestorationTests.draw(on: path)
      kill(getpid(), SIGTERM)
      while true { pause() }
    }
    check(before)
    await #expect(processExitsWith: .signal(SIGHUP)) { [path = pseudo.path as String] in
      signal(SIGHUP, SIG_DFL)
      RestorationTests.draw(on: path)
      kill(getpid(), SIGHUP)
      while true { pause() }
    }
    check(before)
  }

  @Test func aCrashGivesTheTerminalBack() async {
    let before = pseudo.modes
    await #expect(processExitsWith: .signal(SIGSEGV)) { [path = pseudo.path as String] in
      signal(SIGSEGV, SIG_DFL)
      RestorationTests.draw(on: path)
      UnsafeMutablePointer<Int>(bitPattern: 64)!.pointee = 1
    }
    check(before)
  }

  @Test func aTrapGivesTheTerminalBack() async {
    let before = pseudo.modes
    await #expect(processExitsWith: .failure) { [path = pseudo.path as String] in
      for number in [SIGILL, SIGTRAP] { signal(number, SIG_DFL) }
      RestorationTests.draw(on: path)
      fatalError("as it must be")
    }
    check(before)
  }

  @Test func abortGivesTheTerminalBack() async {
    let before = pseudo.modes
    await #expect(processExitsWith: .signal(SIGABRT)) { [path = pseudo.path as String] in
      signal(SIGABRT, SIG_DFL)
      RestorationTests.draw(on: path)
      abort()
    }
    check(before)
  }
}
