import Canvas
import Explorer
import Foundation
import Glibc
import Terminal

/// Runs a session on a terminal: keys and messages in, frames out.
///
/// One thread owns the terminal. It sleeps in poll(2) until there is a key, a message or something
/// due, takes everything that has come, and draws once.

struct TerminalLoop {
  let terminal: Terminal
  let session: ExplorerSession
  /// Gets a line for each frame; nil where nobody measures.
  let statistics: FrameStatistics?

  func run() throws {
    draw(keys: 0, since: .now)
    session.start()
    while true {
      let hasKeys = wait()
      let began = ContinuousClock.now
      let keys = hasKeys ? try terminal.readKeys() : []
      let messages =
        keys.map { Message.key($0) } + session.queue.drain() + session.dueMessages()
      if messages.isEmpty { continue }
      for effect in session.handle(messages) {
        switch effect {
        case .quit: return
        case .suspend: terminal.suspend()
        case .redraw: terminal.invalidate()
        case .copy(let text): terminal.copyToClipboard(text)
        default: break
        }
      }
      draw(keys: keys.count, since: began)
    }
  }

  /// Sleeps until there is something to do; true when the terminal has something to say.
  private func wait() -> Bool {
    var descriptors = (terminal.fileDescriptors + [session.queue.fileDescriptor]).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    poll(&descriptors, nfds_t(descriptors.count), session.timeout)
    return descriptors.dropLast().contains { $0.revents != 0 }
  }

  private func draw(keys: Int, since began: ContinuousClock.Instant) {
    let before = terminal.bytesWritten
    terminal.draw(frame(of: session.state), theme: session.state.look.theme)
    statistics?.record(
      bytes: terminal.bytesWritten - before, keys: keys, took: .now - began,
      isSettled: session.isSettled)
  }
}

/// Writes one line of JSON for each frame, for measurements and for tests that wait for quiet.
final class FrameStatistics {
  private let file: FileHandle
  private var frames = 0
  private let started = ContinuousClock.now

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CommandError("\(path): cannot be written; choose another file for --stats.") }
    self.file = file
  }

  func record(bytes: Int, keys: Int, took: Duration, isSettled: Bool) {
    frames += 1
    let line =
      "{\"frame\":\(frames),\"at_ms\":\(Self.milliseconds(.now - started)),\"keys\":\(keys),"
      + "\"bytes\":\(bytes),\"took_ms\":\(Self.milliseconds(took)),\"settled\":\(isSettled)}\n"
    file.write(Data(line.utf8))
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    (duration / .milliseconds(1) * 1000).rounded() / 1000
  }
}
