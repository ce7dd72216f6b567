import Canvas
import Foundation
import Glibc
import Terminal

/// Runs screens on a terminal: keys and messages in, frames out.
///
/// One thread owns the terminal. It sleeps in poll(2) until there is a key, a message or something
/// due, takes everything that has come, and draws once. Of the screens one is in front: it gets the
/// keys and is drawn; the others take their messages all the same, so nothing waits for a look.
final class TerminalLoop {
  private let terminal: Terminal
  /// Gets a line for each frame; nil where nobody measures.
  private let statistics: FrameStatistics?
  /// Makes the experiments view when it is wanted for the first time.
  private let makeRuns: (Size, Appearance) -> any TerminalScreen
  private var screens: [any TerminalScreen]
  private var front: any TerminalScreen

  /// Between two frames that no key has asked for: what streams in need not be drawn faster than
  /// a person sees, and over a slow link every frame counts.
  private static let quietTime = Duration.milliseconds(33)

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
  /// - Parameter start: begins the first screen's work, when its first frame is drawn.
  func run(start: () -> Void) throws {
    draw(keys: 0, since: .now)
    start()
    var lastFrame = ContinuousClock.now
    while true {
      let hasKeys = wait(until: lastFrame + Self.quietTime)
      let began = ContinuousClock.now
      let keys = hasKeys ? try terminal.readKeys() : []
      var isChanged = false
      // A key that brings another screen to the front is not that screen's, too.
      let receiver = front
      for screen in screens {
        let isFront = screen === receiver
        guard let effects = screen.advance(isFront ? keys : []) else { continue }
        isChanged = isChanged || isFront
        for effect in effects {
          guard carryOut(effect) else { return }
        }
      }
      guard isChanged else { continue }
      draw(keys: keys.count, since: began)
      lastFrame = .now
    }
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

  /// Sleeps until there is something to do; true when the terminal has something to say.
  ///
  /// Only the terminal is listened to before the next frame may come without a key.
  private func wait(until nextFrame: ContinuousClock.Instant) -> Bool {
    let early = nextFrame - .now
    if early > .zero, poll(terminal.fileDescriptors, for: early) { return true }
    let descriptors = terminal.fileDescriptors + screens.map(\.fileDescriptor)
    let timeout = screens.map(\.timeout).filter { $0 >= 0 }.min()
    _ = poll(descriptors, for: timeout.map { .milliseconds(Int($0)) })
    return poll(terminal.fileDescriptors, for: .zero)
  }

  /// Whether one of the descriptors has something to read before the time is over; nil for ever.
  private func poll(_ descriptors: [Int32], for time: Duration?) -> Bool {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let milliseconds = time.map { Int32(($0 / .milliseconds(1)).rounded(.up)) } ?? -1
    return Glibc.poll(&polled, nfds_t(polled.count), milliseconds) > 0
  }

  private func draw(keys: Int, since began: ContinuousClock.Instant) {
    let before = terminal.bytesWritten
    terminal.draw(front.frame, theme: front.look.theme)
    statistics?.record(
      bytes: terminal.bytesWritten - before, keys: keys, took: .now - began,
      isBusy: front.isBusy, isSettled: front.isSettled)
  }
}

/// Writes one line of JSON for each frame, for measurements and for tests that wait for quiet.
final class FrameStatistics {
  private let file: FileHandle
  private var frames = 0
  private let started = ContinuousClock.now

  /// Opens the file; one that is there is written over, and a device stays the device that it is.
  init(path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else {
      throw CommandError(
        "\(path): cannot be written (\(String(cString: strerror(errno)))); "
          + "choose another file for --stats.")
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func record(bytes: Int, keys: Int, took: Duration, isBusy: Bool, isSettled: Bool) {
    frames += 1
    let line =
      "{\"frame\":\(frames),\"at_ms\":\(Self.milliseconds(.now - started)),\"keys\":\(keys),"
      + "\"bytes\":\(bytes),\"took_ms\":\(Self.milliseconds(took)),\"busy\":\(isBusy),"
      + "\"settled\":\(isSettled)}\n"
    // Statistics that cannot be written must not disturb what they are about.
    try? file.write(contentsOf: Data(line.utf8))
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    (duration / .milliseconds(1) * 1000).rounded() / 1000
  }
}
