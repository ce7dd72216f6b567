import Experiments
import Foundation

/// Where runs are kept unless a folder is named: `$XDG_DATA_HOME/sparsescope/runs`.
package struct RunStore: Sendable, Hashable {
  /// The folder that holds the runs' folders.
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// - Throws: `RunError.noHome` where neither `XDG_DATA_HOME` nor `HOME` is an absolute path.
  package init(environment: [String: String]) throws(RunError) {
    folder = try Self.dataFolder(environment: environment) + "/runs"
  }

  /// `$XDG_DATA_HOME/sparsescope`, by default below `~/.local/share`.
  package static func dataFolder(environment: [String: String]) throws(RunError) -> String {
    // The XDG specification: a path that is not absolute is to be ignored.
    func folder(_ variable: String) -> String? {
      environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let data = folder("XDG_DATA_HOME") ?? folder("HOME").map({ $0 + "/.local/share" })
    else { throw .noHome }
    return data + "/sparsescope"
  }

  /// The file of the index over all runs.
  package static func indexFile(environment: [String: String]) throws(RunError) -> String {
    try dataFolder(environment: environment) + "/index.sqlite"
  }

  /// The place of a new run: its name and the local time.
  package func newPath(for spec: ExperimentSpec, at date: Date = Date()) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let path = "\(folder)/\(spec.runName)-\(formatter.string(from: date))"
    var number = 1
    var free = path
    while FileManager.default.fileExists(atPath: free) {
      number += 1
      free = "\(path)-\(number)"
    }
    return free
  }

  /// Makes a run in another folder known here, by a link to it.
  ///
  /// The folders then say it all, and no list has to be kept.
  package func register(_ run: RunFolder) throws(RunError) {
    guard URL(fileURLWithPath: run.path).deletingLastPathComponent().path != folder else { return }
    try RunFolder.makeFolder(folder)
    let link = "\(folder)/\(run.name)"
    if symlink(run.path, link) == 0 { return }
    guard errno == EEXIST else { throw AtomicFile.failure(at: link) }
    // The name may be this run's already, an old run's that is gone, or another's.
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == run.path { return }
    if !FileManager.default.fileExists(atPath: link), unlink(link) == 0,
      symlink(run.path, link) == 0
    {
      return
    }
    let other = newPath(for: run.spec)
    guard symlink(run.path, other) == 0 else { throw AtomicFile.failure(at: other) }
  }

  /// The folders of all runs, links among them, by name.
  package var paths: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(folder)/\($0)" }
      .filter { FileManager.default.fileExists(atPath: "\($0)/spec.yaml") }
  }

  /// The run that a person means: a folder, a run's name, or the beginning of one that no other
  /// shares.
  package func find(_ name: String) throws(RunError) -> RunFolder {
    if !name.isEmpty, FileManager.default.fileExists(atPath: "\(name)/spec.yaml") {
      return try RunFolder.open(name)
    }
    let all = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
    guard !name.isEmpty else { throw .unknownRun(name: name, known: Array(all.suffix(8))) }
    let candidates = all.contains(name) ? [name] : all.filter { $0.hasPrefix(name) }
    guard candidates.count <= 1 else {
      throw .ambiguousRun(name: name, candidates: Array(candidates.suffix(8)))
    }
    guard candidates.count == 1 else {
      throw .unknownRun(name: name, known: Array(all.suffix(8)))
    }
    return try RunFolder.open("\(folder)/\(candidates[0])")
  }

  /// The latest run of an experiment; nil where there is none.
  package func latest(of spec: ExperimentSpec) -> RunFolder? {
    paths.lazy.compactMap { try? RunFolder.open($0) }.filter { $0.spec == spec }
      .max { created($0) < created($1) }
  }

  private func created(_ folder: RunFolder) -> Double {
    (try? folder.environment().created) ?? 0
  }
}
