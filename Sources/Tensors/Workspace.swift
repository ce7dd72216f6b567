/// The scratch memory of one worker: an arena that is reused from batch to batch.
///
/// Memory is handed out in order, uninitialised and aligned to 64 bytes, and taken back all at once
/// by `reset()` or back to a mark. After the largest batch has been seen once nothing is allocated
/// any more. Not for use by several threads at once.
package final class Workspace {
  /// A state of the arena to return to.
  package struct Mark {
    fileprivate let chunk: Int
    fileprivate let used: Int
  }

  private var chunks: [UnsafeMutableBufferPointer<Float>] = []
  /// The chunk that is being filled, and how many of its floats are taken.
  private var chunk = 0
  private var used = 0

  /// Floats in a cache line, the unit of allocation.
  private static let unit = 16
  private static let smallestChunk = 1 << 16

  package init() {}

  deinit {
    for chunk in chunks { Self.free(chunk) }
  }

  /// Floats that the arena holds, taken or not.
  package var capacity: Int { chunks.reduce(0) { $0 + $1.count } }

  /// Uninitialised memory for some floats.
  package func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = max(1, (count + Self.unit - 1) / Self.unit) * Self.unit
    while chunk < chunks.count, used + size > chunks[chunk].count {
      chunk += 1
      used = 0
    }
    if chunk == chunks.count {
      chunks.append(Self.allocate(max(size, 2 * (chunks.last?.count ?? 0), Self.smallestChunk)))
    }
    defer { used += size }
    return chunks[chunk].baseAddress! + used
  }

  /// An uninitialised dense matrix.
  package func matrix(rows: Int, columns: Int) -> Matrix {
    Matrix(floats(rows * columns), rows: rows, columns: columns)
  }

  /// Uninitialised memory for some 32-bit integers.
  package func indices(_ count: Int) -> UnsafeMutableBufferPointer<Int32> {
    let raw = UnsafeMutableRawPointer(floats(count))
    return UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Int32.self, capacity: count), count: count)
  }

  package func mark() -> Mark { Mark(chunk: chunk, used: used) }

  /// Takes back everything that was handed out since the mark was made.
  package func release(to mark: Mark) {
    chunk = mark.chunk
    used = mark.used
  }

  /// Takes everything back, and joins the chunks so that the next batch finds one.
  package func reset() {
    chunk = 0
    used = 0
    guard chunks.count > 1 else { return }
    let total = capacity
    for chunk in chunks { Self.free(chunk) }
    chunks = [Self.allocate(total)]
  }

  private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
    return UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: count), count: count)
  }

  private static func free(_ chunk: UnsafeMutableBufferPointer<Float>) {
    UnsafeMutableRawPointer(chunk.baseAddress!).deallocate()
  }
}
