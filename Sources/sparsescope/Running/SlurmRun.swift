import Experiments
import Foundation
import Runs

/// A run whose cells Slurm runs.
struct SlurmRun {
  private let run: RunFolder
  private let settings: SlurmSettings

  /// - Parameter settings: nil for those of the last submission.
  init(_ run: RunFolder, settings: SlurmSettings = SlurmSettings()) {
    self.run = run
    // Where the list of submissions is damaged, whoever submits has to say so.
    let last = (try? run.slurmJobs())??.submissions.last?.settings
    self.settings = settings.over(last ?? SlurmSettings())
  }

  /// This program's own file, as tasks on other machines find it on the shared folder.
  static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path

  static func submitter(of run: RunFolder) -> SlurmSubmitter {
    SlurmSubmitter(run, program: program)
  }

  /// Prints what would be submitted for an experiment without a run.
  static func printScripts(_ spec: ExperimentSpec, at path: String, settings: SlurmSettings) throws
  {
    print(
      try SlurmSubmitter.preview(spec, at: path, program: program, settings: settings))
  }

  /// Prints what would be submitted now.
  func printScripts() throws {
    Self.print(try Self.submitter(of: run).preview(settings: settings))
  }

  private static func print(_ preview: SlurmSubmitter.Preview) {
    for script in preview.scripts {
      let after = script.array.depth > 0 ? ", after the arrays with the cells that they need" : ""
      Swift.print("# \(script.scriptFile): \(script.array.cells.count) cells\(after)".printable)
      Swift.print(script.text.printable)
      Swift.print("# \(script.tableFile)".printable)
      // Cells' names are safe, and the tabs are to stay.
      Swift.print(script.table)
    }
    for assumption in preview.assumptions { StandardError.write(assumption) }
    StandardError.write("Nothing was submitted.")
  }

  /// Submits what is missing and tells of it.
  ///
  /// - Parameter isNew: whether the run's folder was made for this; it goes again where Slurm takes
  ///   nothing of it.
  func submit(isNew: Bool = false) throws {
    do {
      Swift.print(try submitMissing().printable)
    } catch let error as SlurmError where isNew && run.exists {
      try RunPlaces.remove(run)
      throw CommandError("\(error) Nothing was submitted, and no run was made.")
    }
  }

  /// Submits what is missing.
  ///
  /// - Returns: what was submitted, in a sentence.
  func submitMissing() throws -> String {
    try ForegroundRun.setTicketsWithoutMasksAside(in: run)
    let report = try Self.submitter(of: run).submit(settings: settings)
    if let refusal = report.refusal {
      throw CommandError(
        "\(report.cells) cells were submitted as \(Self.jobs(report.jobs)), then Slurm took no more: "
          + "\(refusal) `sparsescope run \(run.name) --resume --executor slurm` submits the rest.")
    }
    var parts: [String] = []
    if report.cells > 0 {
      parts.append(
        "\(report.cells) \(report.cells == 1 ? "cell" : "cells") submitted as \(Self.jobs(report.jobs))"
      )
    }
    if report.active > 0 { parts.append("\(report.active) queued or running already") }
    if report.finished > 0 { parts.append("\(report.finished) finished") }
    if let aside = report.aside {
      parts.append("what was submitted before could not be read and is kept as \(aside)")
    }
    let text = report.cells > 0 ? parts : ["nothing to submit"] + parts
    return "\(run.name): \(text.joined(separator: ", "))"
  }

  private static func jobs(_ jobs: [Int]) -> String {
    let numbers = jobs.map(String.init)
    guard let last = numbers.last, numbers.count > 1 else { return "job \(numbers.first ?? "")" }
    return "jobs \(numbers.dropLast().joined(separator: ", ")) and \(last)"
  }
}

// MARK: Steering what Slurm has

extension SlurmRun {
  /// Keeps a run's queued tasks from starting, or lets them start again.
  ///
  /// - Returns: what was done, as a part of a sentence; empty where there was nothing to do.
  static func hold(_ run: RunFolder, _ isHeld: Bool) throws -> String {
    guard run.isOnSlurm else { return "" }
    let count = try submitter(of: run).hold(isHeld)
    return count > 0 ? ", \(count) queued tasks are \(isHeld ? "held" : "released")" : ""
  }

  /// Ends a run's tasks.
  ///
  /// - Returns: what was done, as a part of a sentence; empty where there was nothing to do.
  static func cancel(_ run: RunFolder) throws -> String {
    guard run.isOnSlurm else { return "" }
    let count = try submitter(of: run).cancel()
    return count > 0 ? ", \(count) tasks of Slurm with it" : ""
  }

  /// Lets a paused run go on, or submits what is missing of one that has ended.
  ///
  /// - Returns: what was done, in a sentence.
  static func resume(_ run: RunFolder) throws -> String {
    let wasCancelled = run.control.isCancelled
    try run.control.resume()
    if run.hasDamagedSlurmJobs {
      try run.control.uncancel()
      return try SlurmRun(run).submitMissing()
    }
    let released = try hold(run, false)
    if !wasCancelled, try !submitter(of: run).activeTasks().isEmpty {
      return "\(run.name) goes on\(released)"
    }
    try run.control.uncancel()
    return try SlurmRun(run).submitMissing()
  }
}
