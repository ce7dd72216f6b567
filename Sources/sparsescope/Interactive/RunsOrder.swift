import Explorer
import Foundation
import Runs

/// Something that a person asks of runs; it may wait for the disk or for a process.
struct RunsOrder: Sendable {
  private let effect: RunsEffect

  init(_ effect: RunsEffect) { self.effect = effect }

  /// - Returns: what was done, in one sentence.
  func carryOut() throws -> String {
    switch effect {
    case .pause(let path, let isPaused):
      let run = try RunFolder.open(path)
      guard isPaused else {
        if run.isOnSlurm { return try SlurmRun.resume(run) }
        try run.control.resume()
        return "\(run.name) goes on"
      }
      try run.control.pause()
      return "\(run.name) saves and pauses\(try SlurmRun.hold(run, true)); p lets it go on"
    case .cancel(let path):
      let run = try RunFolder.open(path)
      try run.control.cancel()
      return "\(run.name) is cancelled\(try SlurmRun.cancel(run)); what is finished stays"
    case .start(let path):
      let run = try RunFolder.open(path)
      if run.isOnSlurm { return try SlurmRun.resume(run) }
      let child = try DetachedProcess.resume(run)
      return "Process \(child) works on \(run.name)"
    case .setWorkers(let path, let workers):
      let run = try RunFolder.open(path)
      try run.control.setWorkers(workers)
      return "\(run.name) computes on \(workers) \(workers == 1 ? "thread" : "threads")"
    case .setNiceness(let path, let niceness):
      let run = try RunFolder.open(path)
      let isRaised = niceness < run.control.niceness ?? 0
      try run.control.setNiceness(niceness)
      // The system lets a process become nicer, but not the other way round.
      let when = isRaised && run.worker != nil ? " from its next start on" : ""
      return "\(run.name) has niceness \(niceness)\(when)"
    case .export(let paths, let format):
      let runs = try paths.map { try RunFolder.open($0) }
      let folder = try RunsExporter.freeFolder(for: runs)
      let files = try RunsExporter(runs).write(format, to: folder, overwrite: false)
      return "\(files.count) \(files.count == 1 ? "file" : "files") in \(folder)"
    default: return ""
    }
  }
}
