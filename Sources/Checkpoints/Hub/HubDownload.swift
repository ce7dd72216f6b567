import Dispatch
import Glibc
import Synchronization

/// Fetches files of a model on the Hugging Face Hub into the cache.
///
/// Files that are there are not fetched again, and those that broke off are resumed. The revision
/// points to the new snapshot only once the snapshot is complete. Two downloads at once, in one
/// process or two, do not disturb each other.
package struct HubDownload: Sendable {
  private let model: ModelID
  private let settings: HubSettings
  private let patterns: [String]
  private let client: HubClient

  /// How far a download has come, in bytes.
  package struct Progress: Sendable, Equatable {
    package var done: Int
    package var total: Int
  }

  /// What a download did.
  package struct Result: Sendable, Equatable {
    /// The folder of the model's files.
    package var folder: String
    package var commit: String
    package var files: [String]
    /// Bytes of all the files, and of those that came over the network now.
    package var size: Int
    package var received: Int
  }

  /// - Parameter patterns: which files to fetch, as in the shell; none for what a model needs.
  package init(
    _ model: ModelID, patterns: [String] = [], settings: HubSettings = HubSettings()
  ) throws(HubError) {
    guard !settings.isOffline else { throw .offline(model: model.name) }
    self.model = model
    self.patterns = patterns
    self.settings = settings
    client = try HubClient(settings)
  }

  /// Fetches what is missing.
  ///
  /// - Parameter onProgress: called about ten times a second, on the calling thread.
  @discardableResult
  package func run(onProgress: (Progress) -> Void = { _ in }) throws(HubError) -> Result {
    let listing = try repeated { () throws(HubError) in try client.listing(of: model) }
    let names = try FileSelection.files(
      of: listing.files, patterns: patterns, model: model.name)
    let repository = settings.cache.repository(model)
    try Self.makeFolders("\(repository)/blobs")

    let files = Mutex([String: HubClient.FileDescription]())
    try inParallel(names) { name, _ throws(HubError) in
      let file = try repeated { () throws(HubError) in
        try client.describe(name, of: model, at: listing.commit)
      }
      files.withLock { $0[name] = file }
    }
    let descriptions = files.withLock { $0 }

    let missing = Set(names).filter { name in
      access("\(repository)/blobs/\(descriptions[name]?.etag ?? "")", F_OK) != 0
    }
    let total = missing.reduce(0) { $0 + (descriptions[$1]?.size ?? 0) }
    try checkSpace(for: missing.compactMap { descriptions[$0] }, in: "\(repository)/blobs")
    let traffic = Traffic()
    let showProgress = { onProgress(Progress(done: traffic.done, total: total)) }
    try inParallel(names, whileWaiting: showProgress) { name, isCancelled throws(HubError) in
      guard let file = descriptions[name] else { return }
      let blob = "\(repository)/blobs/\(file.etag)"
      if missing.contains(name) {
        let download = BlobDownload(
          client: client, model: model, commit: listing.commit, name: name, file: file,
          traffic: traffic, isCancelled: isCancelled)
        guard try download.run(to: blob) else { return }
      }
      try place(name, blob: blob, in: "\(repository)/snapshots/\(listing.commit)")
    }
    onProgress(Progress(done: total, total: total))
    if model.revision != listing.commit {
      try write(listing.commit, to: "\(repository)/refs/\(model.revision)")
    }
    return Result(
      folder: "\(repository)/snapshots/\(listing.commit)", commit: listing.commit, files: names,
      size: names.reduce(0) { $0 + (descriptions[$1]?.size ?? 0) },
      received: traffic.received)
  }

  // MARK: The cache

  /// Makes a file appear in a snapshot.
  private func place(_ name: String, blob: String, in snapshot: String) throws(HubError) {
    let path = "\(snapshot)/\(name)"
    let folder = ModelLocation.split(path).folder
    try Self.makeFolders(folder)
    let depth = 2 + name.utf8.count { $0 == UInt8(ascii: "/") }
    let target = String(repeating: "../", count: depth) + "blobs/" + ModelLocation.split(blob).file
    if settings.usesLinks {
      // Made under another name first, since a link does not replace one that is there.
      let temporary = OutputFile.temporaryPath(in: folder)
      if symlink(target, temporary) == 0 {
        guard rename(temporary, path) == 0 else {
          let reason = OutputFile.text(errno)
          unlink(temporary)
          throw .cannotWrite(path: path, reason: reason)
        }
        return
      }
    }
    try Self.writing(path) { () throws(CheckpointError) in
      try MappedFile(path: blob).withBytes { (bytes) throws(CheckpointError) in
        let copy = try OutputFile(path: path, in: folder, size: bytes.count)
        try copy.write(bytes, at: 0)
        try copy.commit()
      }
    }
  }

  private func write(_ commit: String, to path: String) throws(HubError) {
    let folder = ModelLocation.split(path).folder
    try Self.makeFolders(folder)
    try Self.writing(path) { () throws(CheckpointError) in
      let file = try OutputFile(path: path, in: folder, size: commit.utf8.count)
      try file.write(Array(commit.utf8), at: 0)
      try file.commit()
    }
  }

  // MARK: Disk

  private static func writing(
    _ path: String, _ body: () throws(CheckpointError) -> Void
  ) throws(HubError) {
    do {
      try body()
    } catch {
      switch error {
      case .diskFull(_, let needed): throw .diskFull(path: path, needed: needed)
      case .cannotWrite(_, let reason): throw .cannotWrite(path: path, reason: reason)
      default: throw .cannotWrite(path: path, reason: error.description)
      }
    }
  }

  private static func makeFolders(_ path: String) throws(HubError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, path != "/", !path.isEmpty else {
      throw .cannotWrite(path: path, reason: OutputFile.text(errno))
    }
    try makeFolders(ModelLocation.split(path).folder)
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .cannotWrite(path: path, reason: OutputFile.text(errno))
    }
  }

  /// Finds out before a long download whether it will fit.
  private func checkSpace(
    for files: [HubClient.FileDescription], in folder: String
  ) throws(HubError) {
    var space = statvfs()
    guard statvfs(folder, &space) == 0 else { return }
    let free = Int(clamping: UInt64(space.f_bavail) * UInt64(space.f_frsize))
    let needed = files.reduce(0) { sum, file in
      var status = stat()
      let present = stat("\(folder)/\(file.etag).incomplete", &status) == 0 ? status.st_size : 0
      return sum + max(0, (file.size ?? 0) - Int(present))
    }
    guard needed <= free else { throw .diskFull(path: folder, needed: needed - free) }
  }

  // MARK: Repeating and sharing the work

  /// Makes a short request until it is answered, or it broke off too often.
  private func repeated<Value>(
    _ request: () throws(HubError) -> Value
  ) throws(HubError) -> Value {
    var attempts = Attempts(settings)
    while true {
      do {
        return try request()
      } catch {
        guard error.mayPass, attempts.wait() else { throw error }
      }
    }
  }

  /// Calls the closure for all names on a few threads, until one fails.
  ///
  /// - Parameter whileWaiting: called now and then on this thread.
  private func inParallel(
    _ names: [String], whileWaiting: () -> Void = {},
    _ body: @escaping (String, _ isCancelled: @escaping () -> Bool) throws(HubError) -> Void
  ) throws(HubError) {
    let work = SharedWork(names, body)
    let group = DispatchGroup()
    let queue = DispatchQueue(label: "download", attributes: .concurrent)
    for _ in 0..<min(settings.parallelFiles, names.count) {
      queue.async(group: group) { work.run() }
    }
    while group.wait(timeout: .now() + 0.1) == .timedOut { whileWaiting() }
    if let failure = work.failure { throw failure }
  }
}

/// Names that several threads take from, one at a time.
private final class SharedWork: @unchecked Sendable {
  // Unchecked because of the closure, which is called from several threads and only captures what
  // may be shared.
  private let names: [String]
  private let body: (String, @escaping () -> Bool) throws(HubError) -> Void
  private let next = Atomic(0)
  private let firstFailure = Mutex<HubError?>(nil)

  var failure: HubError? { firstFailure.withLock { $0 } }

  init(
    _ names: [String],
    _ body: @escaping (String, @escaping () -> Bool) throws(HubError) -> Void
  ) {
    self.names = names
    self.body = body
  }

  func run() {
    while failure == nil {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < names.count else { return }
      do {
        try body(names[index]) { self.failure != nil }
      } catch {
        firstFailure.withLock { if $0 == nil { $0 = error } }
      }
    }
  }
}
