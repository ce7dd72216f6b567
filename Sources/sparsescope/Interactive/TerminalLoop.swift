import Canvas
import Foundation
import Glibc
import Terminal

/// Runs screens on a terminal: keys and messages in, frames out.
///
/// One thread owns the terminal. It sleeps in poll(2) until there is a key, a message or something
/// due, takes everything that has come, and draws once, but not before the frame before has reached
/// the terminal: what comes meanwhile is in the next one. Of the screens one is in front: it gets
/// the keys and is drawn; the others take their messages all the same, so nothing waits for a look.
final class TerminalLoop {
  private typealias Instant = ContinuousClock.Instant

  private let terminal: Terminal
  /// Gets a line for each frame; nil where nobody measures.
  private let statistics: FrameStatistics?
  /// Makes the experiments view when it is wanted for the first time.
  private let makeRuns: (Size, Appearance) -> any TerminalScreen
  private var screens: [any TerminalScreen]
  private var front: any TerminalScreen

  /// What has changed since the last frame; nil for nothing.
  private var change: Change?
  private var lastFrame = Instant.now
  /// When messages were last taken in.
  private var lastLook = Instant.now
  /// When the view will have rested long enough to be kept; nil where it is kept.
  private var keepsAt: Instant?

  private struct Change {
    /// Keys that have led to it.
    var keys: Int
    /// When the first of them came.
    var since: Instant
  }

  /// Between two looks at messages: what is computed need not be taken in faster than a person sees.
  private static let lookTime = Duration.milliseconds(33)
  /// How long a view has to rest until it is worth writing down.
  private static let viewRestTime = Duration.seconds(1.5)

  init(
    terminal: Terminal, first: any TerminalScreen, statistics: FrameStatistics?,
    makeRuns: @escaping (Size, Appearance) -> any TerminalScreen
  ) {
    self.terminal = terminal
    self.statistics = statistics
    self.makeRuns = makeRuns
    screens = [first]
    front = first
  }

  /// Runs until a person quits.
  ///
  /// However it ends, what the screens want to keep is kept. A signal that asked for the end ends
  /// the process here, when the terminal is given back.
  /// - Parameter start: begins the first screen's work, when its first frame is drawn.
  /// - Throws: `TerminalError.hungUp` when the terminal is gone.
  func run(start: () -> Void) throws {
    terminal.deferEnding()
    do {
      defer { finish() }
      change = Change(keys: 0, since: .now)
      draw()
      start()
      while try turn() {}
    } catch TerminalError.ended(let signal) {
      terminal.close()
      raise(signal)
    }
  }

  /// Sleeps, takes in what there is, and draws if that is due.
  ///
  /// - Returns: false when a person has quit.
  private func turn() throws -> Bool {
    wait()
    let began = Instant.now
    let keys = try terminal.readKeys()
    lastLook = began
    if !keys.isEmpty { keepsAt = began + Self.viewRestTime }
    var isChanged = false
    // A key that brings another screen to the front is not that screen's, too.
    let receiver = front
    for screen in screens {
      let isFront = screen === receiver
      guard let effects = screen.advance(isFront ? keys : []) else { continue }
      isChanged = isChanged || isFront
      for effect in effects {
        guard carryOut(effect) else { return false }
      }
    }
    if isChanged || !keys.isEmpty {
      change = Change(keys: (change?.keys ?? 0) + keys.count, since: change?.since ?? began)
    }
    if let keepsAt, keepsAt <= began {
      self.keepsAt = nil
      for screen in screens { screen.keepView() }
    }
    if let time = frameTime, time <= .now { draw() }
    return true
  }

  /// - Returns: false where the program is to end.
  private func carryOut(_ effect: ScreenEffect) -> Bool {
    switch effect {
    case .quit: return false
    case .suspend: terminal.suspend()
    case .redraw: terminal.invalidate()
    case .copy(let text): terminal.copyToClipboard(text)
    case .show(let kind): bringToFront(kind)
    }
    return true
  }

  private func bringToFront(_ kind: ScreenKind) {
    let look = front.look
    front.isInFront = false
    if let known = screens.first(where: { $0.kind == kind }) {
      known.appear(size: terminal.size, look: look)
      front = known
    } else if kind == .runs {
      front = makeRuns(terminal.size, look)
      screens.append(front)
    }
    front.isInFront = true
  }

  private func finish() {
    for screen in screens { screen.keepView() }
    ExplorerMemoryFile.finishWriting()
    statistics?.finish()
  }

  // MARK: Time

  /// When the next frame is to be drawn, if nothing comes before; nil where nothing has changed.
  private var frameTime: Instant? {
    guard let change else { return nil }
    if let obstacle = terminal.obstacleToFrame() { return obstacle }
    return change.keys > 0 ? .now : lastFrame + terminal.quietTime
  }

  /// Sleeps until there is something to do.
  ///
  /// Shortly after a look only the terminal is listened to.
  private func wait() {
    let frame = frameTime
    let look = min(lastLook + Self.lookTime, frame ?? .now + Self.lookTime)
    if look > .now, poll(terminal.fileDescriptors, until: look) { return }
    if let frame, frame <= .now { return }
    let now = Instant.now
    var times = screens.map(\.timeout).filter { $0 >= 0 }.map { now + .milliseconds(Int($0)) }
    // An answer that does not come lets go of the keys that look like its beginning.
    times += [frame, keepsAt, terminal.obstacleToFrame()].compactMap(\.self)
    _ = poll(terminal.fileDescriptors + screens.map(\.fileDescriptor), until: times.min())
  }

  /// Whether one of the descriptors has something to read before the time; nil for ever.
  private func poll(_ descriptors: [Int32], until time: Instant?) -> Bool {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let milliseconds = time.map { Int32(max(0, ($0 - .now) / .milliseconds(1)).rounded(.up)) }
    return Glibc.poll(&polled, nfds_t(polled.count), milliseconds ?? -1) > 0
  }

  private func draw() {
    guard let change else { return }
    self.change = nil
    let before = terminal.bytesWritten
    terminal.draw(front.frame, theme: front.look.theme)
    lastFrame = .now
    statistics?.record(
      bytes: terminal.bytesWritten - before, keys: change.keys, took: .now - change.since,
      roundTrip: terminal.roundTrip, isBusy: front.isBusy, isSettled: front.isSettled)
  }
}
