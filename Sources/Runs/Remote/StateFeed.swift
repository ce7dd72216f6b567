import Experiments
import Foundation

/// Tells of runs in lines, each time only what the reader does not have.
///
/// Folders are read again and again; nothing is kept but what has been told. Event files are read
/// in pieces, so a large one takes no memory.
package struct StateFeed {
  private let place: RunsPlace
  private let slurm = SlurmMonitor()
  private var runs: [String: RunFeed] = [:]
  /// What the reader has of runs that have not been looked at yet.
  private var cursor: RemoteCursor
  private var sentProblems: [String] = []
  private var pass = 0

  /// Runs that nothing works on change seldom: they are looked at in each so many passes.
  private static let restInterval = 5

  package init(_ place: RunsPlace, after cursor: RemoteCursor = RemoteCursor()) {
    self.place = place
    self.cursor = cursor
  }

  /// Looks once; after the first time the reader has everything that there was.
  ///
  /// - Parameter write: takes the lines; when it throws, the feed is over.
  package mutating func read(_ write: (RemoteLine) throws -> Void) throws {
    let paths = place.paths
    let queue = slurm.queue(of: Set(runs.values.flatMap(\.slurmJobs)))
    var problems: [String] = []
    for path in runs.keys where !paths.contains(path) {
      if let gone = runs.removeValue(forKey: path) { try write(.removed(run: gone.name)) }
    }
    let isFirst = pass == 0
    var awake: [String] = []
    for path in paths {
      if let run = runs[path], run.rests, !run.folder.isOnSlurm, pass % Self.restInterval != 0 {
        problems += run.problems
        continue
      }
      do {
        try open(path)
      } catch {
        problems.append("\(error)")
        continue
      }
      try runs[path]?.tellResults(write)
      // Lists show at once how runs stand; later that comes last, because it follows from the rest.
      if isFirst { try runs[path]?.tellStanding(queue, write) }
      problems += runs[path]?.problems ?? []
      awake.append(path)
    }
    // What lists show comes first, then what takes long.
    for path in awake {
      try runs[path]?.tellEvents(write)
      try runs[path]?.tellStanding(queue, write)
    }
    if isFirst {
      for name in cursor.runs.keys.sorted() { try write(.removed(run: name)) }
      cursor = RemoteCursor()
    }
    if problems != sentProblems {
      sentProblems = problems
      try write(.problems(problems))
    }
    if isFirst { try write(.current) }
    pass += 1
  }

  /// Gets to know a run, or gets to know it anew where another one has taken its place.
  private mutating func open(_ path: String) throws(RunError) {
    if let known = runs[path], known.created == Self.created(known.folder) { return }
    let folder = try RunFolder.open(path)
    runs[path] = RunFeed(
      folder, created: Self.created(folder), cursor: cursor.runs.removeValue(forKey: folder.name))
  }

  private static func created(_ folder: RunFolder) -> Double {
    (try? folder.environment().created) ?? 0
  }
}
