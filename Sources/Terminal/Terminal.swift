import CTerminal
import Canvas
import Foundation

/// The screen and the keyboard: the only part of the program that knows ncurses.
///
/// One thread owns it. Everything is given back on every way out: when it is closed or goes, at
/// `exit`, and on the signals that end or stop a process or tell of a crash.
package final class Terminal {
  /// What the terminal can show, by its description and the settings.
  package let depth: ColorDepth
  package let symbols: GraphSymbols
  /// Bytes sent to the terminal since it was opened.
  package private(set) var bytesWritten = 0
  package private(set) var size: Size

  private let options: Options
  private let wake: (read: Int32, write: Int32)
  private let isModern: Bool
  /// Whether the terminal shows what lies between two marks at once.
  private var synchronizes = false
  private var pacing = FramePacing()
  private var styles = StyleThrift()
  private var decoder: KeyDecoder
  private var pairs: ColorPairs?
  private var shown: Canvas?
  private var isOpen = true

  /// ncurses has one screen per process.
  nonisolated(unsafe) private static var isAnyOpen = false

  /// Takes the terminal.
  ///
  /// - Throws: `TerminalError`, with what to do, when there is none or it is of no use.
  package init(_ options: Options = Options()) throws(TerminalError) {
    guard !Self.isAnyOpen else { throw .alreadyOpen }
    guard isatty(options.input) == 1 else { throw .notATerminal(stream: "standard input") }
    guard isatty(options.output) == 1 else { throw .notATerminal(stream: "standard output") }
    guard let type = options.environment["TERM"], !type.isEmpty else { throw .noType }

    self.options = options
    size = Self.size(of: options.output)
    symbols = Self.chooseSymbols(options.symbols)
    guard Self.openScreen(type: type, size: size, environment: options.environment) else {
      terminal_screen_close()
      throw .unusableType(type)
    }
    depth = ColorDepth.choose(
      requested: options.depth, noColor: options.environment["NO_COLOR"],
      terminalColors: Int(terminal_screen_colors()), isDirect: terminal_screen_is_direct())
    if depth > .mono { terminal_screen_use_colors() }
    decoder = KeyDecoder(described: TerminalSequences.describedKeys())
    let modes = TerminalSequences(usesMouse: options.usesMouse)
    isModern = modes.isModern
    wake = Self.makePipe()
    guard
      terminal_modes_enter(
        options.input, options.output, wake.write, modes.enter, modes.leave(rows: size.height))
    else {
      terminal_screen_close()
      throw .notATerminal(stream: "standard input")
    }
    Self.isAnyOpen = true
  }

  deinit { close() }

  /// Gives the terminal back; further calls do nothing.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    prepareToLeave()
    terminal_modes_leave()
    terminal_screen_close()
    Foundation.close(wake.read)
    Foundation.close(wake.write)
    Self.isAnyOpen = false
  }

  // MARK: Drawing

  /// Shows a canvas; only what differs from the one before is sent, and nothing if nothing does.
  package func draw(_ canvas: Canvas, theme: Theme) {
    guard isOpen else { return }
    if pairs?.theme != theme {
      pairs = ColorPairs(theme: theme, depth: depth)
      shown = nil
    }
    let changes = canvas.changes(from: shown)
    if changes.isEmpty && canvas.cursor == shown?.cursor && shown != nil { return }
    for run in changes { put(run) }
    if let cursor = canvas.cursor {
      terminal_screen_cursor(Int32(cursor.y), Int32(cursor.x))
    } else {
      terminal_screen_cursor(-1, 0)
    }
    shown = canvas
    var length = 0
    if let frame = terminal_screen_frame(&length) {
      let bytes = UnsafeBufferPointer(start: frame, count: length)
      send(isModern ? styles.spare(bytes) : Array(bytes))
    }
  }

  private func put(_ run: Canvas.Run) {
    guard run.y < size.height, run.x < size.width else { return }
    let look = pairs!.look(of: run.style)
    let text = WideText.encode(run.text)
    terminal_screen_put(
      Int32(run.y), Int32(run.x), text, Int32(text.count), look.attributes, look.pair)
  }

  /// Sends bytes in one piece, with the question whether they have arrived; larger frames are shown
  /// at once by terminals that can.
  private func send(_ bytes: [CChar]) {
    guard !bytes.isEmpty else { return }
    // The marks of a synchronized update cost 16 bytes: too much for a changed digit.
    let marks = synchronizes && bytes.count >= 512
    let asks = options.pacesFrames && pacing.asks
    var frame: [CChar] = []
    frame.reserveCapacity(bytes.count + 32)
    func add(_ text: String) { frame += text.utf8.map(CChar.init) }
    // In front of the first frame, which wipes away what a terminal without manners makes of it.
    if asks && isModern && bytesWritten == 0 { add(TerminalAnswer.synchronizationQuestion) }
    if marks { add("\u{1b}[?2026h") }
    frame += bytes
    if marks { add("\u{1b}[?2026l") }
    if asks { add(TerminalAnswer.statusQuestion) }
    _ = terminal_write(options.output, frame, frame.count)
    bytesWritten += frame.count
    if asks { pacing.asked(bytes: frame.count, at: .now) }
    prepareToLeave()
  }

  // MARK: Pacing

  /// The time until which the next frame should wait for the one before; nil for now.
  package func obstacleToFrame() -> ContinuousClock.Instant? { pacing.obstacle(at: .now) }

  /// From the last frame to the answer that it is there; nil where the terminal gives none.
  package var roundTrip: Duration? { pacing.roundTrip }

  /// How long a frame that no key has asked for should let the link rest.
  package var quietTime: Duration { pacing.quietTime }

  /// Tells whoever gives the terminal back which answers are not to be left to the shell.
  private func prepareToLeave() {
    let patience = options.pacesFrames ? pacing.patience(at: .now) : .zero
    terminal_modes_expect(
      Int32(pacing.openQuestions), Int32((patience / .milliseconds(1)).rounded(.up)))
  }

  /// Draws everything with the next frame, whatever the terminal shows.
  package func invalidate() {
    terminal_screen_invalidate()
    styles.forget()
    shown = nil
  }

  /// Puts text into the clipboard of the person's own machine, through any number of SSH hops.
  ///
  /// Terminals may refuse, silently. Source: xterm's "Control Sequences", OSC 52.
  package func copyToClipboard(_ text: String) {
    let sequence = "\u{1b}]52;c;\(Data(text.utf8).base64EncodedString())\u{07}"
    _ = terminal_write(options.output, sequence, sequence.utf8.count)
    bytesWritten += sequence.utf8.count
  }

  /// Stops the program as ⌃z does elsewhere, and goes on when it is brought back.
  package func suspend() {
    prepareToLeave()
    terminal_modes_suspend()
    pacing.forgetQuestions()
    invalidate()
  }

  // MARK: Ending

  /// Lets the signals that ask for the end wait until the program has saved what it wants to keep:
  /// `readKeys` then throws `TerminalError.ended`. Who takes longer than two seconds, or is asked a
  /// second time, is ended at once.
  package func deferEnding() { terminal_modes_defer_ending() }

  // MARK: Keys

  /// Descriptors for poll(2): keys on the first, changes of size on the second.
  package var fileDescriptors: [Int32] { [options.input, wake.read] }
  package var inputFileDescriptor: Int32 { options.input }

  /// Everything that was typed so far, without waiting for more.
  ///
  /// Only a lone escape takes time: the escape delay, in which it may turn out to be another key.
  /// Of drags that follow each other the last is kept.
  /// - Throws: `TerminalError.hungUp` when the terminal is gone, `TerminalError.ended` after a signal
  ///   when `deferEnding` was called.
  package func readKeys() throws(TerminalError) -> [Key] {
    var keys = readSignals()
    let signal = terminal_modes_ending_signal()
    if signal != 0 { throw .ended(signal) }
    keys += try readInput(within: .zero)
    while decoder.isWaiting && !(decoder.isHolding && isExpectingAnswer) {
      let more = try readInput(within: options.escapeDelay)
      if more.isEmpty && decoder.isWaiting {
        keys += decoder.flush(expectingAnswer: isExpectingAnswer)
        // What is still there is pasted text whose end is under way.
        break
      }
      keys += more
    }
    return Self.joiningDrags(keys)
  }

  /// Whether an answer is to come, so that no frame may be drawn and half a sequence may wait.
  private var isExpectingAnswer: Bool { pacing.obstacle(at: .now) != nil }

  private func readInput(within delay: Duration) throws(TerminalError) -> [Key] {
    var keys: [Key] = []
    var wait = delay
    while waitForInput(wait) {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(options.input, &buffer, buffer.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { throw .hungUp }
      keys += decoder.decode(buffer.prefix(count))
      take(decoder.takeAnswers())
      wait = .zero
    }
    return keys
  }

  private func take(_ answers: [TerminalAnswer]) {
    for answer in answers {
      switch answer {
      case .status: pacing.answered(at: .now)
      case .mode(TerminalAnswer.synchronization, let isKnown): synchronizes = isKnown
      case .mode: break
      }
    }
    if !answers.isEmpty { prepareToLeave() }
  }

  private func waitForInput(_ delay: Duration) -> Bool {
    var descriptor = pollfd(fd: options.input, events: Int16(POLLIN), revents: 0)
    let milliseconds = delay / .milliseconds(1)
    return poll(&descriptor, 1, Int32(milliseconds.rounded(.up))) > 0
  }

  /// Turns what the signal handlers left into one key at most.
  private func readSignals() -> [Key] {
    var reasons = [UInt8](repeating: 0, count: 64)
    var seen: Set<UInt8> = []
    while case let count = read(wake.read, &reasons, reasons.count), count > 0 {
      seen.formUnion(reasons.prefix(count))
    }
    // The end is told apart from these.
    seen.remove(UInt8(ascii: "e"))
    guard !seen.isEmpty else { return [] }
    // Whoever stopped the process has taken the answers.
    if seen.contains(UInt8(ascii: "c")) { pacing.forgetQuestions() }
    let current = Self.size(of: options.output)
    if current != size {
      size = current
      terminal_screen_resize(Int32(size.height), Int32(size.width))
      let modes = TerminalSequences(usesMouse: options.usesMouse)
      terminal_modes_set_leave(modes.leave(rows: size.height))
    }
    invalidate()
    return [.resize(size)]
  }

  private static func joiningDrags(_ keys: [Key]) -> [Key] {
    var joined: [Key] = []
    for key in keys {
      if case .mouse(let new) = key, new.action == .drag, case .mouse(let old) = joined.last,
        old.action == .drag, old.button == new.button
      {
        joined.removeLast()
      }
      joined.append(key)
    }
    return joined
  }
}
