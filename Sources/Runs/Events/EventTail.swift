import Experiments
import Foundation

/// Reads the events of one cell as they are written.
///
/// It remembers where the last whole line ended, so each event is given exactly once, however often
/// the file is read. A torn last line waits for its end.
package struct EventTail: Sendable, Hashable, Codable {
  package let path: String
  /// Bytes of lines that have been given.
  package private(set) var offset: Int
  /// The number of the last event that was given; 0 before the first.
  package private(set) var lastSequence: Int
  /// Whole lines that were no event.
  package private(set) var damagedLines = 0

  /// - Parameters:
  ///   - offset: where another tail of the file was, to go on from there.
  ///   - lastSequence: the last event that the other tail gave.
  package init(path: String, offset: Int = 0, lastSequence: Int = 0) {
    self.path = path
    self.offset = offset
    self.lastSequence = lastSequence
  }

  /// A tail that begins with the last lines, for who wants to know how things stand.
  ///
  /// - Parameter bytes: how much of the end to read.
  package init(path: String, last bytes: Int) {
    self.init(path: path)
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd(),
      size > UInt64(bytes)
    else { return }
    let start = Int(size) - bytes
    try? file.seek(toOffset: UInt64(start))
    let data = (try? file.read(upToCount: bytes)) ?? Data()
    guard let newline = data.firstIndex(of: UInt8(ascii: "\n")) else { return }
    offset = start + data.distance(from: data.startIndex, to: newline) + 1
  }

  /// The events since the last call; none where there is no file yet.
  ///
  /// - Parameter most: bytes to read at most, for who must not hold a large file; a line that is
  ///   longer is read whole.
  package mutating func read(most: Int = .max) -> [RunEvent] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    guard let size = try? file.seekToEnd(), size > UInt64(offset),
      (try? file.seek(toOffset: UInt64(offset))) != nil,
      let data = try? most < .max ? file.read(upToCount: most) : file.readToEnd()
    else { return [] }
    guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else {
      return data.count == most ? read(most: most * 4) : []
    }
    let decoder = JSONText.makeDecoder()
    var events: [RunEvent] = []
    for line in data[...end].split(separator: UInt8(ascii: "\n")) {
      guard let event = try? decoder.decode(RunEvent.self, from: Data(line)) else {
        damagedLines += 1
        continue
      }
      // A file that was copied together may say things twice.
      guard event.sequence > lastSequence else { continue }
      lastSequence = event.sequence
      events.append(event)
    }
    offset += data.distance(from: data.startIndex, to: end) + 1
    return events
  }
}
