import Glibc
import Synchronization

/// Fetches one file into the cache's blobs, from where an earlier download left it.
struct BlobDownload {
  var client: HubClient
  var model: ModelID
  var commit: String
  /// The file's name in the repository.
  var name: String
  var file: HubClient.FileDescription
  var traffic: Traffic
  /// Whether another file has failed, so that the rest is not wanted any more.
  var isCancelled: () -> Bool

  /// Fetches and checks the file, and gives it its name.
  ///
  /// - Returns: false when cancelled; what has come is kept.
  func run(to blob: String) throws(HubError) -> Bool {
    let partial = try PartialFile(blob: blob)
    if let size = file.size, partial.size > size { try partial.restart() }
    var isResumed = partial.size > 0
    traffic.add(done: partial.size)
    while true {
      guard try complete(partial) else { return false }
      do throws(HubError) {
        try partial.verify(file, name: name)
        try partial.place()
        return true
      } catch .wrongHash where isResumed {
        // What an earlier download left was damaged: once more from the start.
        isResumed = false
        traffic.add(done: -partial.size)
        try partial.restart()
      }
    }
  }

  /// Fetches what the partial file lacks, again and again as long as each attempt brings something.
  private func complete(_ partial: PartialFile) throws(HubError) -> Bool {
    var attempts = Attempts(client.settings)
    while partial.size != file.size {
      let start = partial.size
      let writing = Writing(partial, traffic, isCancelled)
      do throws(HubError) {
        let isAtEnd = try client.fetch(
          name, of: model, at: commit, from: start, receive: writing.write)
        // Without an announced size, the end of the answer is the end of the file.
        if isAtEnd || file.size == nil || partial.size == start { return true }
      } catch {
        if let failure = writing.failure { throw failure }
        if isCancelled() { return false }
        if writing.count > 0 { attempts = Attempts(client.settings) }
        guard error.mayPass else { throw error }
        guard attempts.wait() else {
          guard case .brokenOff(_, _, _, let reason) = error else { throw error }
          throw .brokenOff(file: name, received: partial.size, size: file.size, reason: reason)
        }
      }
    }
    return true
  }
}

/// Writes the pieces of one answer, and keeps why it could not.
private final class Writing {
  private let partial: PartialFile
  private let traffic: Traffic
  private let isCancelled: () -> Bool
  private(set) var count = 0
  private(set) var failure: HubError?

  init(_ partial: PartialFile, _ traffic: Traffic, _ isCancelled: @escaping () -> Bool) {
    self.partial = partial
    self.traffic = traffic
    self.isCancelled = isCancelled
  }

  /// False when there is no use in more.
  func write(_ piece: HubClient.Piece) -> Bool {
    if isCancelled() { return false }
    do {
      let before = partial.size
      try partial.write(piece.bytes, at: piece.offset)
      count += piece.bytes.count
      traffic.add(done: partial.size - before, received: piece.bytes.count)
      return true
    } catch {
      failure = error
      return false
    }
  }
}

/// Bytes that all files together have, and those of them that came over the network.
final class Traffic: Sendable {
  private let doneBytes = Atomic(0)
  private let receivedBytes = Atomic(0)

  var done: Int { doneBytes.load(ordering: .relaxed) }
  var received: Int { receivedBytes.load(ordering: .relaxed) }

  func add(done: Int = 0, received: Int = 0) {
    doneBytes.add(done, ordering: .relaxed)
    receivedBytes.add(received, ordering: .relaxed)
  }
}

/// The attempts that are left before a request is given up, and the pause before each.
struct Attempts {
  private var left = 4
  private var delay: Double

  init(_ settings: HubSettings) { delay = settings.retryDelay }

  /// Pauses before another attempt; false when there have been enough.
  mutating func wait() -> Bool {
    guard left > 0 else { return false }
    left -= 1
    usleep(UInt32(delay * 1_000_000))
    delay *= 2
    return true
  }
}

extension HubError {
  /// Whether the same request may succeed a moment later.
  var mayPass: Bool {
    switch self {
    case .brokenOff: true
    case .badStatus(_, let status): status == 429 || status >= 500
    default: false
    }
  }
}
