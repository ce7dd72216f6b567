import Experiments
import Foundation

/// A run on the disk: everything about it is in its folder.
///
///     spec.yaml              the experiment
///     environment.json       what it was made with
///     events/CELL.jsonl      what happened, one line an event, one writer
///     masks/                 masks that cells keep for others
///     checkpoints/CELL/checkpoint-N/
///     results/CELL.json      a file here means that the cell is finished
///     control/               requests of other processes
///     claims/                who works on what
///     worker.json            how the process at work is doing
///     log.txt                what a detached process says
///     slurm/                 batch scripts, what was submitted, what its tasks say
package struct RunFolder: Sendable, Hashable {
  /// Absolute.
  package let path: String
  package let spec: ExperimentSpec

  package var name: String { URL(fileURLWithPath: path).lastPathComponent }

  private init(path: String, spec: ExperimentSpec) {
    self.path = path
    self.spec = spec
  }

  // MARK: Making and opening

  /// Makes the folder of a new run; it appears complete or not at all.
  ///
  /// - Parameter path: a folder that is not there, or empty.
  /// - Throws: `RunError.notEmpty` and what the disk says.
  package static func create(
    at path: String, spec: ExperimentSpec, environment: RunEnvironment
  ) throws(RunError) -> RunFolder {
    let path = absolute(path)
    if let contents = try? FileManager.default.contentsOfDirectory(atPath: path),
      !contents.isEmpty
    {
      throw .notEmpty(path: path)
    }
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try makeFolder(parent)
    let temporary = AtomicFile.sibling(of: path)
    do throws(RunError) {
      for name in ["", "events", "masks", "checkpoints", "results", "control", "claims"] {
        try makeFolder("\(temporary)/\(name)")
      }
      try AtomicFile.write(Data(SpecFile.text(of: spec).utf8), to: "\(temporary)/spec.yaml")
      try AtomicFile.write(json: environment, to: "\(temporary)/environment.json")
      guard rename(temporary, path) == 0 else {
        throw errno == ENOTEMPTY || errno == EEXIST
          ? .notEmpty(path: path) : AtomicFile.failure(at: path)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
    AtomicFile.synchronizeFolder(parent)
    return RunFolder(path: path, spec: spec)
  }

  /// Opens a run without changing it.
  ///
  /// - Throws: `RunError.notARun` where there is no readable specification.
  package static func open(_ path: String) throws(RunError) -> RunFolder {
    let path = absolute(path)
    guard FileManager.default.fileExists(atPath: path) else {
      throw .notARun(path: path, reason: "there is nothing")
    }
    let file = "\(path)/spec.yaml"
    guard FileManager.default.fileExists(atPath: file) else {
      throw .notARun(path: path, reason: "it has no spec.yaml")
    }
    do {
      return RunFolder(path: path, spec: try SpecFile.read(file))
    } catch {
      throw .notARun(path: path, reason: "its spec.yaml is damaged: \(error.reason)")
    }
  }

  private static func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path
  }

  /// Makes a folder, and those above it that are missing.
  package static func makeFolder(_ path: String) throws(RunError) {
    if mkdir(path, 0o755) == 0 { return }
    if errno == ENOENT {
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard parent != path else { throw AtomicFile.failure(at: path) }
      try makeFolder(parent)
      if mkdir(path, 0o755) == 0 { return }
    }
    let code = errno
    guard code == EEXIST else {
      errno = code
      throw AtomicFile.failure(at: path)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else { throw .cannotWrite(path: path, reason: "a file of that name is in the way") }
  }

  // MARK: What is in it

  package func environment() throws(RunError) -> RunEnvironment {
    try JSONText.read(RunEnvironment.self, at: "\(path)/environment.json")
  }

  /// Writes what became known after the folder was made, such as hashes.
  package func update(_ environment: RunEnvironment) throws(RunError) {
    try AtomicFile.write(json: environment, to: "\(path)/environment.json")
  }

  package var logFile: String { "\(path)/log.txt" }

  package func eventFile(of cell: ExperimentCell.ID) -> String { "\(path)/events/\(cell).jsonl" }

  /// The cells that have begun.
  package var begunCells: Set<ExperimentCell.ID> { Set(names(in: "events", ending: ".jsonl")) }

  /// The cells that are finished.
  package var finishedCells: Set<ExperimentCell.ID> { Set(names(in: "results", ending: ".json")) }

  package func isFinished(_ cell: ExperimentCell.ID) -> Bool {
    access(resultFile(of: cell), F_OK) == 0
  }

  /// - Returns: nil where the cell is not finished.
  /// - Throws: `RunError.unreadable` where the file is damaged, or is another cell's.
  package func result(of cell: ExperimentCell.ID) throws(RunError) -> CellResult? {
    guard isFinished(cell) else { return nil }
    let path = resultFile(of: cell)
    let result = try JSONText.read(CellResult.self, at: path)
    if let damage = result.damage(asResultOf: cell) {
      throw .unreadable(path: path, reason: damage)
    }
    return result
  }

  /// Makes a cell unfinished: its result is kept under a name of its own, for who wants to look.
  ///
  /// - Returns: the path that it is kept at.
  package func setResultAside(of cell: ExperimentCell.ID) throws(RunError) -> String {
    try Self.setAside(resultFile(of: cell))
  }

  /// Keeps a file under a name of its own.
  ///
  /// - Returns: the path that it is kept at.
  static func setAside(_ path: String) throws(RunError) -> String {
    var (aside, number) = ("\(path).damaged", 1)
    while access(aside, F_OK) == 0 {
      number += 1
      aside = "\(path).damaged-\(number)"
    }
    guard rename(path, aside) == 0 else { throw AtomicFile.failure(at: path) }
    return aside
  }

  /// Whether the run's folder is still where it was.
  package var exists: Bool { access("\(path)/spec.yaml", F_OK) == 0 || errno != ENOENT }

  /// Finishes a cell.
  package func write(_ result: CellResult) throws(RunError) {
    try AtomicFile.write(json: result, to: resultFile(of: result.cell))
  }

  package var checkpoints: Checkpoints { Checkpoints(run: path) }

  /// Where a cell keeps a mask for others; what stands there is the engine's.
  ///
  /// - Parameter name: the cell, with an ending where there is one.
  package func maskFile(_ name: String) -> String { "\(path)/masks/\(name)" }

  package var control: RunControl { RunControl(folder: "\(path)/control") }

  var runClaim: String { "\(path)/claims/_run" }
  func claim(of cell: ExperimentCell.ID) -> String { "\(path)/claims/\(cell)" }

  /// The process that runs the whole; nil where none lives.
  package var worker: Claim.Holder? { Claim.holder(of: runClaim) }

  /// Who works on the cell; nil where nobody does.
  package func holder(of cell: ExperimentCell.ID) -> Claim.Holder? {
    Claim.holder(of: claim(of: cell))
  }

  /// Whether a process works on the cell.
  package func isClaimed(_ cell: ExperimentCell.ID) -> Bool { holder(of: cell) != nil }

  /// When whoever works on the cell last gave a sign of life; only to be compared with itself.
  package func lastSign(of cell: ExperimentCell.ID) -> Double? {
    Claim.lastSign(in: claim(of: cell))
  }

  /// Cells with a claim, living or stale.
  var claimedCells: [ExperimentCell.ID] {
    names(in: "claims", ending: "").filter { !$0.hasPrefix("_") }
  }

  private func resultFile(of cell: ExperimentCell.ID) -> String { "\(path)/results/\(cell).json" }

  private func names(in folder: String, ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []
    return names.filter { !$0.hasPrefix(".") && $0.hasSuffix(ending) }
      .map { String($0.dropLast(ending.count)) }
  }
}
