import Canvas
import Foundation
import Terminal
import Testing

@Suite struct FramePacingTests {
  private let start = ContinuousClock.now
  private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
    start + .milliseconds(milliseconds)
  }

  @Test func theNextFrameWaitsForTheAnswer() {
    var pacing = FramePacing()
    #expect(pacing.obstacle(at: at(0)) == nil)
    pacing.asked(bytes: 500, at: at(0))
    #expect(pacing.obstacle(at: at(10)) != nil)
    pacing.answered(at: at(150))
    #expect(pacing.obstacle(at: at(150)) == nil)
    #expect(pacing.roundTrip == .milliseconds(150))
    #expect(pacing.openQuestions == 0)
  }

  @Test func aTerminalThatAnswersNothingIsNotWaitedForAfterTheFirstSecond() {
    var pacing = FramePacing()
    pacing.asked(bytes: 500, at: at(0))
    #expect(pacing.obstacle(at: at(999)) == at(1000))
    #expect(pacing.obstacle(at: at(1000)) == nil)
    #expect(!pacing.asks)
    #expect(pacing.patience(at: at(1001)) == .zero)
    // The first frame of a slow link may have taken longer.
    pacing.answered(at: at(1500))
    #expect(pacing.asks)
  }

  @Test func anAnswerThatGetsLostHoldsOneFrameUpAndNotAll() {
    var pacing = FramePacing()
    pacing.asked(bytes: 500, at: at(0))
    pacing.answered(at: at(1))
    pacing.asked(bytes: 4000, at: at(2))
    // Two seconds, and two for the bytes.
    #expect(pacing.obstacle(at: at(3000)) == at(4002))
    #expect(pacing.obstacle(at: at(4002)) == nil)
    #expect(pacing.asks)
    for turn in 1...2 {
      pacing.asked(bytes: 0, at: at(10_000 * turn))
      #expect(pacing.obstacle(at: at(10_000 * turn + 2000)) == nil)
    }
    #expect(!pacing.asks)
  }

  @Test func whatNoKeyAskedForLeavesTheLinkFree() {
    var pacing = FramePacing()
    #expect(pacing.quietTime == .milliseconds(33))
    pacing.asked(bytes: 500, at: at(0))
    pacing.answered(at: at(150))
    #expect(pacing.quietTime == .milliseconds(300))
  }
}

/// A terminal that answers, and a person who types at it.
private final class AnsweringTerminal {
  let pseudo = PseudoTerminal()
  private let thread: Thread
  private let stopped = DispatchSemaphore(value: 0)

  init() {
    let master = pseudo.master
    let stopped = stopped
    thread = Thread {
      var seen: [UInt8] = []
      while !Thread.current.isCancelled {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 10) > 0 else { continue }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { break }
        seen += buffer.prefix(count)
        for (question, answer) in [
          ("\u{1b}[?2026$p", "\u{1b}[?2026;2$y"), ("\u{1b}[5n", "\u{1b}[0n"),
        ] {
          while let range = Data(seen).range(of: Data(question.utf8)) {
            seen.removeSubrange(range)
            _ = write(master, answer, answer.utf8.count)
          }
        }
      }
      stopped.signal()
    }
    thread.start()
  }

  func stop() {
    thread.cancel()
    stopped.wait()
  }

  func type(_ text: String) { pseudo.type(text) }
}

/// ncurses has one screen in a process, so these run one after the other.
extension TerminalTests {
  private func frame(_ text: String) -> Canvas {
    var canvas = Canvas(size: Size(width: 80, height: 24), style: Theme.standard.roles.text)
    canvas.put(text, x: 3, y: 2, style: Theme.standard.roles.text)
    return canvas
  }

  private func waitForAnswer(_ terminal: Terminal) throws -> [Key] {
    var keys: [Key] = []
    let end = ContinuousClock.now + .seconds(5)
    while terminal.obstacleToFrame() != nil, ContinuousClock.now < end {
      var descriptor = pollfd(
        fd: terminal.inputFileDescriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, 100)
      keys += try terminal.readKeys()
    }
    return keys
  }

  @Test func aFrameEndsWithAQuestionWhoseAnswerIsNoKey() throws {
    let answering = AnsweringTerminal()
    let terminal = try Terminal(
      .init(
        input: answering.pseudo.terminal, output: answering.pseudo.terminal,
        environment: ["TERM": "xterm-256color"]))
    terminal.draw(frame("hello"), theme: .standard)
    #expect(terminal.obstacleToFrame() != nil)
    #expect(try waitForAnswer(terminal) == [])
    #expect(terminal.roundTrip != nil)
    // Nothing has changed: nothing is asked.
    terminal.draw(frame("hello"), theme: .standard)
    #expect(terminal.obstacleToFrame() == nil)
    terminal.close()
    answering.stop()
  }

  @Test func whatIsTypedWhileAFrameIsUnderWayIsReadAtOnce() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal(
      .init(
        input: pseudo.terminal, output: pseudo.terminal,
        environment: ["TERM": "xterm-256color"]))
    terminal.draw(frame("hello"), theme: .standard)
    pseudo.type("ab\u{1b}[")
    #expect(try terminal.readKeys() == [.character("a"), .character("b")])
    pseudo.type("0")
    #expect(try terminal.readKeys() == [])
    pseudo.type("nc")
    #expect(try terminal.readKeys() == [.character("c")])
    #expect(terminal.obstacleToFrame() == nil)
    terminal.close()
  }

  @Test func escapeIsStillAKeyWhileAnAnswerIsToCome() throws {
    let pseudo = PseudoTerminal()
    let terminal = try Terminal(
      .init(
        input: pseudo.terminal, output: pseudo.terminal,
        environment: ["TERM": "xterm-256color"]))
    terminal.draw(frame("hello"), theme: .standard)
    pseudo.type("\u{1b}")
    #expect(try terminal.readKeys() == [])
    pseudo.type("l")
    #expect(try terminal.readKeys() == [.escape, .character("l")], "and not Alt with l")
    pseudo.type("\u{1b}")
    #expect(try terminal.readKeys() == [])
    pseudo.type("\u{1b}[0n")
    #expect(try terminal.readKeys() == [.escape])
    terminal.close()
  }

  @Test func answersAreNotLeftToTheShellButWhatIsTypedIs() throws {
    let answering = AnsweringTerminal()
    let terminal = try Terminal(
      .init(
        input: answering.pseudo.terminal, output: answering.pseudo.terminal,
        environment: ["TERM": "xterm-256color"]))
    terminal.draw(frame("hello"), theme: .standard)
    // Neither this answer nor that to the last question has been read when it ends.
    terminal.close()
    answering.type("ls\n")
    var line = [UInt8](repeating: 0, count: 100)
    let count = read(answering.pseudo.terminal, &line, line.count)
    #expect(String(decoding: line.prefix(max(0, count)), as: UTF8.self) == "ls\n")
    answering.stop()
  }
}
