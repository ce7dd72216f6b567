import Canvas
import Foundation
import Terminal
import Testing

extension Terminal {
  /// Opens the terminal end of a pseudo terminal.
  static func open(
    _ pseudo: PseudoTerminal, type: String = "xterm-256color", depth: ColorDepth? = nil,
    environment: [String: String] = [:]
  ) throws -> Terminal {
    try Terminal(
      Options(
        depth: depth, symbols: .braille, pacesFrames: false, input: pseudo.terminal,
        output: pseudo.terminal,
        environment: environment.merging(["TERM": type]) { $1 }))
  }
}

/// ncurses has one screen in a process, so these run one after the other.
@Suite(.serialized) struct TerminalTests {
  private func canvas(_ text: String, width: Int = 80, height: Int = 24) -> Canvas {
    var canvas = Canvas(size: Size(width: width, height: height), style: Theme.standard.roles.text)
    canvas.put(text, x: 3, y: 2, style: Theme.standard.roles.text)
    return canvas
  }

  @Test func anUnchangedFrameWritesNothing() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    terminal.draw(canvas("hello"), theme: .standard)
    #expect(pseudo.output().contains("hello"))
    let written = terminal.bytesWritten
    terminal.draw(canvas("hello"), theme: .standard)
    #expect(terminal.bytesWritten == written)
    #expect(pseudo.output() == "")
  }

  @Test func aChangedLetterCostsAFewBytes() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    terminal.draw(canvas("hello"), theme: .standard)
    _ = pseudo.output()
    let written = terminal.bytesWritten
    terminal.draw(canvas("hallo"), theme: .standard)
    let output = pseudo.output()
    #expect(output.contains("a"))
    #expect(output.utf8.count < 50)
    #expect(terminal.bytesWritten - written == output.utf8.count)
  }

  @Test func unicodeReachesTheTerminalAndControlsDoNot() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    terminal.draw(canvas("⣿日e\u{301}\u{1b}[5n\u{7}"), theme: .standard)
    let output = pseudo.output()
    #expect(output.contains("⣿日e\u{301}?[5n?"))
    #expect(!output.contains("\u{1b}[5n") && !output.contains("\u{7}"))
  }

  @Test func anotherThemeDrawsEverythingAnew() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    terminal.draw(canvas("hello"), theme: .standard)
    _ = pseudo.output()
    var other = Theme.standard
    other.name = "other"
    terminal.draw(canvas("hello"), theme: other)
    #expect(pseudo.output().contains("hello"))
    terminal.draw(canvas("hello"), theme: other)
    #expect(pseudo.output() == "")
  }

  @Test func aStepOfTheSliderStaysUnderTheBudget() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    var sizes: [Int] = []
    for step in 0..<20 {
      let before = terminal.bytesWritten
      let frame = ScrubbingScreen(sparsity: 0.5 + 0.01 * Double(step)).draw()
      terminal.draw(frame, theme: .standard)
      sizes.append(terminal.bytesWritten - before)
      _ = pseudo.output(within: 0)
    }
    #expect(sizes[1...].sorted()[10] < 800)
  }

  @Test(arguments: [
    ("vt100", ColorDepth.mono), ("linux", .ansi8), ("xterm", .ansi8),
    ("xterm-256color", .indexed256),
  ])
  func theDepthIsThatOfTheDescription(type: String, depth: ColorDepth) throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo, type: type)
    #expect(terminal.depth == depth)
    terminal.draw(canvas("hello"), theme: .standard)
    let output = pseudo.output()
    #expect(output.contains("hello"))
    #expect(output.contains("38;5;") == (depth == .indexed256))
    // Never the palette itself.
    #expect(!output.contains("\u{1b}]4;"))
  }

  @Test func noColorMeansNone() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo, environment: ["NO_COLOR": "1"])
    #expect(terminal.depth == .mono)
    terminal.draw(canvas("hello"), theme: .standard)
    let output = pseudo.output()
    #expect(!output.contains("38;5;") && !output.contains("39"))
  }

  @Test func keysAreReadWithoutWaitingForMore() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    #expect(try terminal.readKeys() == [])
    pseudo.type("q\u{1b}[1;2A")
    #expect(try terminal.readKeys() == [.character("q"), .arrow(.up, .shift)])
    pseudo.type("\u{1b}")
    #expect(try terminal.readKeys() == [.escape])
  }

  @Test func ofDragsTheLastIsKept() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    pseudo.type("\u{1b}[<0;5;1M\u{1b}[<32;6;1M\u{1b}[<32;7;1M\u{1b}[<32;9;1M\u{1b}[<0;9;1m")
    #expect(
      try terminal.readKeys() == [
        .mouse(.init(.press, x: 4, y: 0)), .mouse(.init(.drag, x: 8, y: 0)),
        .mouse(.init(.release, x: 8, y: 0)),
      ])
  }

  @Test func aNewSizeIsAKeyThatPollSees() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    terminal.draw(canvas("hello"), theme: .standard)
    _ = pseudo.output()
    pseudo.resize(width: 40, height: 12)
    kill(getpid(), SIGWINCH)
    var descriptor = pollfd(
      fd: terminal.fileDescriptors[1], events: Int16(POLLIN), revents: 0)
    #expect(poll(&descriptor, 1, 1000) == 1)
    #expect(try terminal.readKeys() == [.resize(Size(width: 40, height: 12))])
    #expect(terminal.size == Size(width: 40, height: 12))
    #expect(try terminal.readKeys() == [])
    terminal.draw(canvas("hello", width: 40, height: 12), theme: .standard)
    #expect(pseudo.output().contains("hello"))
  }

  @Test func aTerminalThatIsGoneIsAnError() throws {
    var pseudo: PseudoTerminal? = PseudoTerminal()
    let input = dup(pseudo!.terminal)
    defer { close(input) }
    let terminal = try Terminal(
      .init(
        pacesFrames: false, input: input, output: input, environment: ["TERM": "xterm"]))
    pseudo = nil
    #expect(throws: TerminalError.hungUp) { try terminal.readKeys() }
  }

  @Test func theClipboardIsSetThroughTheTerminal() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    _ = pseudo.output()
    terminal.copyToClipboard("0.64")
    #expect(pseudo.output() == "\u{1b}]52;c;MC42NA==\u{7}")
  }

  @Test func withoutATerminalTheMessageSaysWhatToDo() {
    let null = Foundation.open("/dev/null", O_RDWR)
    defer { close(null) }
    let pseudo = PseudoTerminal()
    func open(_ input: Int32, _ output: Int32, _ environment: [String: String]) throws {
      _ = try Terminal(.init(input: input, output: output, environment: environment))
    }
    #expect(throws: TerminalError.notATerminal(stream: "standard input")) {
      try open(null, pseudo.terminal, ["TERM": "xterm"])
    }
    #expect(throws: TerminalError.notATerminal(stream: "standard output")) {
      try open(pseudo.terminal, null, ["TERM": "xterm"])
    }
    #expect(throws: TerminalError.noType) { try open(pseudo.terminal, pseudo.terminal, [:]) }
    for type in ["dumb", "no-such-terminal"] {
      #expect(throws: TerminalError.unusableType(type)) {
        try open(pseudo.terminal, pseudo.terminal, ["TERM": type])
      }
    }
    #expect("\(TerminalError.unusableType("dumb"))".contains("TERM=xterm-256color"))
  }

  @Test func aSecondScreenIsRefused() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal.open(pseudo)
    #expect(throws: TerminalError.alreadyOpen) { try Terminal.open(pseudo) }
    terminal.close()
    try Terminal.open(pseudo).close()
  }

  @Test func closingGivesTheTerminalBack() throws {
    let pseudo = PseudoTerminal()
    let before = pseudo.modes
    let terminal = try Terminal.open(pseudo)
    #expect(pseudo.modes != before)
    #expect(pseudo.output().contains("\u{1b}[?1049h"))
    terminal.draw(canvas("hello"), theme: .standard)
    _ = pseudo.output()
    terminal.close()
    #expect(pseudo.modes == before)
    #expect(RestorationTests.isRestored(by: pseudo.output()))
  }
}
