import Foundation
import Testing

@Suite(.serialized, .enabled(if: TerminalSession.canRun, "tmux is not installed"))
struct `On a real terminal` {
  @Test func `the embedded model opens, is measured, and the essential sparsity found`() throws {
    let session = try TerminalSession()
    try session.waitUntilSettled()
    #expect(try session.screenContains("vit-digits"))
    #expect(try session.screenContains("digits test 450"))
    #expect(try session.screenContains("● measured"))
    #expect(try session.screenContains("▲ essential"))
    #expect(try !session.screenContains("○ running"))
    #expect(try session.quit() == 0)
    #expect(try !session.screenContains("sparsity ├"), "the screen is given back")
  }

  @Test func `keys and typed levels move the slider`() throws {
    let session = try TerminalSession()
    try session.waitUntilSettled()
    try session.press("Right", "Right", ".")
    #expect(try session.screenContains("52.1 %"))
    try session.type("21.5")
    try session.press("Enter")
    #expect(try session.screenContains("21.5 %"))
    try session.type("2:4")
    try session.press("Enter")
    #expect(try session.screenContains("2:4 along inputs"))
    #expect(try session.screenContains("50.0 %"))
  }

  @Test func `the mouse drags the slider and chooses a matrix`() throws {
    let session = try TerminalSession(width: 100, height: 28)
    try session.waitUntilSettled()
    let row = try #require(try session.screen.firstIndex { $0.contains("sparsity ├") })
    let line = try session.screen[row]
    let start = try #require(line.firstIndex(of: "├"))
    let column = line.distance(from: line.startIndex, to: start) + 2
    try session.send("\u{1b}[<0;\(column);\(row + 1)M")
    #expect(try session.screenContains("0.0 %"))
    try session.send("\u{1b}[<0;\(column);\(row + 1)m")
    try session.send("\u{1b}[<0;6;5M")
    #expect(try session.screen[4].contains("▸"))
  }

  @Test func `it adapts to any size, says when one is too small, and goes on`() throws {
    let session = try TerminalSession()
    try session.waitUntilSettled()
    for (width, height) in [(40, 12), (200, 60), (80, 24), (300, 80)] {
      try session.resize(width: width, height: height)
      #expect(try session.screenContains("50.0 %"), "\(width)×\(height)")
      #expect(try session.screen.contains { $0.contains("quit") }, "\(width)×\(height)")
    }
    try session.resize(width: 30, height: 8)
    #expect(try session.screenContains("40×12 needed"))
    try session.resize(width: 80, height: 24)
    #expect(try session.screenContains("50.0 %"))
  }

  @Test(arguments: [
    "xterm-256color", "tmux-256color", "screen", "screen-256color", "linux", "vt100", "xterm",
  ])
  func `it works with the terminal type`(terminal: String) throws {
    let session = try TerminalSession(environment: ["TERM": terminal])
    try session.waitUntilSettled()
    try session.press("Right", "m", "Escape", "?", "x", "Right", "F1", "x", "Down")
    // Arrows as a terminal sends them that has not been asked for the other form.
    try session.send("\u{1b}[C")
    #expect(try session.screenContains("53.0 %"))
    #expect(try session.screenContains("sparsescope"))
    try session.resize(width: 80, height: 24)
    #expect(try session.screenContains("53.0 %"))
    #expect(try session.quit() == 0)
    try session.expectCleanShell()
  }

  @Test(.enabled(if: TerminalSession.hasScreen, "screen is not installed"))
  func `it works inside GNU screen`() throws {
    let session = try TerminalSession(wrapper: "screen -q -U -c /dev/null")
    try session.waitUntilSettled()
    try session.press("Right", "m", "Escape", "F1", "x", "Right")
    #expect(try session.screenContains("52.0 %"))
    #expect(try session.quit() == 0)
    try session.expectCleanShell()
  }

  @Test func `an unknown terminal type is refused in words`() throws {
    let session = try TerminalSession(width: 160, environment: ["TERM": "nonsense"])
    #expect(try session.exitStatus() == 1)
    #expect(try session.screenContains("TERM=xterm-256color"))
  }

  @Test func `NO_COLOR means no colour`() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "1"])
    try session.waitUntilSettled()
    let colored = try session.styledScreen.matches(of: /\u{1b}\[[0-9;]*(3[0-7]|38|48|4[0-7])[;m]/)
    #expect(colored.isEmpty)
  }

  @Test func `an ASCII locale gets ASCII`() throws {
    let session = try TerminalSession(environment: ["LC_ALL": "C"])
    try session.waitUntilSettled()
    let others = try session.screen.joined().filter { !$0.isASCII }
    #expect(others == "")
  }

  @Test func `themes show while they are chosen, and Escape takes them back`() throws {
    let session = try TerminalSession(environment: ["TERM": "xterm-256color"])
    try session.waitUntilSettled()
    func backgrounds() throws -> Set<String> {
      Set(try session.styledScreen.matches(of: /48;5;\d+/).map { String($0.output) })
    }
    let before = try backgrounds()
    try session.press("T", "Down", "Down")
    #expect(try backgrounds() != before)
    try session.press("Escape")
    #expect(try backgrounds() == before)
  }

  @Test func `the filter, the palette and the help do what they say`() throws {
    let session = try TerminalSession(width: 140, height: 40)
    try session.waitUntilSettled()
    try session.press("/")
    try session.type("3 mlp")
    try session.press("Enter")
    #expect(try session.screenContains("2 of 24"))
    try session.press(":")
    try session.type("zoom")
    try session.press("Enter")
    #expect(try !session.screenContains("magnitudes"))
    try session.press("z", "?")
    #expect(try session.screenContains("Take the matrix out of the pruning"))
  }

  @Test(arguments: ["TERM", "HUP", "INT"])
  func `a signal ends it and gives the terminal back`(signal: String) throws {
    let session = try TerminalSession()
    try session.waitUntilSettled()
    try session.signal(signal)
    #expect(try session.exitStatus() != 0)
    #expect(try !session.screenContains("sparsity ├"))
  }

  @Test func `a model that cannot be opened leaves the terminal alone`() throws {
    let session = try TerminalSession(["/nowhere/model"])
    #expect(try session.exitStatus() == 1)
    #expect(try session.screenContains("/nowhere/model"))
  }
}
