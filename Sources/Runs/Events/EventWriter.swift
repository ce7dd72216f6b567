import Experiments
import Foundation
import Synchronization

/// Appends events to the file of one cell; whoever has the cell's claim is its only writer.
///
/// Each event is one line by one write(2). A line that a killed process has left torn is cut off
/// when the file is opened, so that readers, who take whole lines only, see no gap and no repeat.
package final class EventWriter: Sendable {
  package let cell: ExperimentCell.ID
  package let path: String
  private let state: Mutex<State>

  private struct State {
    let descriptor: Int32
    /// Bytes of whole lines.
    var size: Int
    var next: Int
  }

  /// Opens the file, and makes it where it is missing.
  package init(cell: ExperimentCell.ID, path: String) throws(RunError) {
    self.cell = cell
    self.path = path
    let isNew = access(path, F_OK) != 0
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.failure(at: path) }
    var end = WholeLines(size: 0, lastSequence: 0)
    do throws(RunError) {
      end = try Self.wholeLines(descriptor, path: path)
      guard ftruncate(descriptor, off_t(end.size)) == 0 else { throw AtomicFile.failure(at: path) }
    } catch {
      close(descriptor)
      throw error
    }
    state = Mutex(State(descriptor: descriptor, size: end.size, next: end.lastSequence + 1))
    if isNew {
      AtomicFile.synchronizeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }
  }

  deinit { state.withLock { _ = close($0.descriptor) } }

  /// Writes an event; those that others act on are on the disk when this returns.
  @discardableResult
  package func record(_ kind: RunEvent.Kind) throws(RunError) -> RunEvent {
    try state.withLock { state throws(RunError) in
      let event = RunEvent(
        time: Date().timeIntervalSince1970, cell: cell, sequence: state.next, kind: kind)
      let line = try JSONText.encode(event, at: path) + Data("\n".utf8)
      try append(line, to: &state)
      if kind.isDurable, fsync(state.descriptor) != 0 { throw AtomicFile.failure(at: path) }
      return event
    }
  }

  private func append(_ line: Data, to state: inout State) throws(RunError) {
    var result: Int
    repeat {
      result = line.withUnsafeBytes { write(state.descriptor, $0.baseAddress, $0.count) }
    } while result < 0 && errno == EINTR
    guard result == line.count else {
      let failure = result < 0 ? AtomicFile.failure(at: path) : .diskFull(path: path)
      // What a full disk has taken of the line must not stand before the next one.
      ftruncate(state.descriptor, off_t(state.size))
      throw failure
    }
    state.size += line.count
    state.next += 1
  }

  private struct WholeLines {
    var size: Int
    var lastSequence: Int
  }

  /// Where the last whole line ends, and the number of the last line that is an event.
  private static func wholeLines(
    _ descriptor: Int32, path: String
  ) throws(RunError) -> WholeLines {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw AtomicFile.failure(at: path) }
    var window = 1 << 16
    while true {
      let start = max(0, Int(end) - window)
      var bytes = Data(count: Int(end) - start)
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress, $0.count, off_t(start))
      }
      guard count == bytes.count else { throw AtomicFile.failure(at: path) }
      let size = (bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)
      let decoder = JSONText.makeDecoder()
      // The first line of a window that begins inside the file may be a part of one.
      let lines = bytes[..<size].split(separator: UInt8(ascii: "\n"))
        .dropFirst(start > 0 ? 1 : 0)
      for line in lines.reversed() {
        if let event = try? decoder.decode(RunEvent.self, from: Data(line)) {
          return WholeLines(size: start + size, lastSequence: event.sequence)
        }
      }
      if start == 0 { return WholeLines(size: size, lastSequence: 0) }
      window *= 4
    }
  }
}
