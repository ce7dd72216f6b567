import Experiments
import Foundation
import GRDB

extension RunIndex {
  /// The runs of a store as they are now, the latest first.
  ///
  /// Finished runs are taken from the index; the folders of the others are read, and the index is
  /// brought up to date.
  ///
  /// - Parameter queue: what Slurm says of the jobs of unfinished runs, asked at most once.
  package func refreshed(
    from store: RunStore, queue: (Set<Int>) -> SlurmQueue? = { _ in nil }
  ) throws(RunIndexError) -> [RunOverview] {
    let known = Dictionary(try runs().map { ($0.path, $0) }) { $1 }
    var found: [RunOverview] = []
    var folders: [RunFolder] = []
    let paths = store.paths
    for path in paths {
      if let overview = known[path], overview.isFinal {
        found.append(overview)
      } else if let folder = try? RunFolder.open(path) {
        folders.append(folder)
      }
    }
    let jobs = Set(folders.flatMap { (try? $0.slurmJobs())??.jobs ?? [] })
    let answer = jobs.isEmpty ? nil : queue(jobs)
    for folder in folders { found.append(try update(RunSummary(folder, queue: answer))) }
    for path in Set(known.keys).subtracting(paths) { try remove(runAt: path) }
    return found.sorted { ($0.created, $1.path) > ($1.created, $0.path) }
  }

  /// What `rebuild` did.
  package struct Rebuilt: Sendable, Hashable, Codable {
    package var runs: Int
    package var cells: Int
    package var seconds: Double
    /// Where the damaged file is now; nil where it was not damaged.
    package var movedAside: String?
    /// Folders that are no readable runs.
    package var problems: [String]
  }

  /// Makes the index anew from the runs' folders.
  ///
  /// A damaged file is kept under another name. The cache of evaluated points stays where the file
  /// is whole, and is lost with a damaged one: points are measured again when they are wanted.
  package static func rebuild(
    _ path: String, from store: RunStore
  ) throws(RunIndexError) -> Rebuilt {
    let began = ContinuousClock.now
    let movedAside = try isDamaged(path) ? moveAside(path) : nil
    let index = try RunIndex(path)
    var rebuilt = Rebuilt(runs: 0, cells: 0, seconds: 0, movedAside: movedAside, problems: [])
    try index.write { database in
      try database.execute(sql: "DELETE FROM run")
      for path in store.paths {
        do {
          let summary = RunSummary(try RunFolder.open(path))
          try insert(summary, RunOverview(summary), into: database)
          rebuilt.runs += 1
          rebuilt.cells += summary.total
          rebuilt.problems += summary.problems
        } catch let error as RunError {
          rebuilt.problems.append("\(error)")
        }
      }
    }
    rebuilt.seconds = (ContinuousClock.now - began) / .seconds(1)
    return rebuilt
  }

  /// Reads the whole file, because damage in the middle shows only where it is read.
  private static func isDamaged(_ path: String) throws(RunIndexError) -> Bool {
    do throws(RunIndexError) {
      let index = try RunIndex(path)
      let verdict = try index.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
      return verdict != "ok"
    } catch .damaged {
      return true
    }
  }

  private static func moveAside(_ path: String) throws(RunIndexError) -> String {
    var aside = "\(path).damaged"
    var number = 1
    while FileManager.default.fileExists(atPath: aside) {
      number += 1
      aside = "\(path).damaged-\(number)"
    }
    guard rename(path, aside) == 0 else {
      throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }
    // The log of another file must not be played back into the new one.
    for ending in ["-wal", "-shm"] where access(path + ending, F_OK) == 0 {
      rename(path + ending, aside + ending)
    }
    return aside
  }
}
