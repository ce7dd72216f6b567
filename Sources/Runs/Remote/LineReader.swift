import Foundation

/// Cuts a stream into lines; of a line that is too long nothing is kept.
package struct LineReader: Sendable {
  package enum Item: Sendable, Hashable {
    /// Without its end; never empty.
    case line(Data)
    case tooLong
  }

  /// Bytes of a line at most.
  private let limit: Int
  private var rest = Data()
  private var isSkipping = false
  /// Bytes of the line at hand that were passed over.
  private var skipped = 0

  package init(limit: Int = 16 << 20) { self.limit = limit }

  /// Whether the line at hand is so long that its end is not worth waiting for.
  package var isEndless: Bool { skipped > 4 * limit }

  /// The lines that the bytes complete.
  package mutating func take(_ bytes: some Collection<UInt8>) -> [Item] {
    var items: [Item] = []
    var bytes = bytes[...]
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      add(bytes[..<end])
      bytes = bytes[bytes.index(after: end)...]
      if isSkipping {
        items.append(.tooLong)
      } else if !rest.isEmpty {
        items.append(.line(rest))
      }
      (rest, isSkipping, skipped) = (Data(), false, 0)
    }
    add(bytes)
    return items
  }

  private mutating func add(_ bytes: some Collection<UInt8>) {
    if isSkipping {
      skipped += bytes.count
    } else if rest.count + bytes.count > limit {
      (rest, isSkipping) = (Data(), true)
    } else {
      rest.append(contentsOf: bytes)
    }
  }
}
