import Experiments
import Foundation

/// What of a run was given to Slurm: the contents of `slurm/jobs.json`.
package struct SlurmJobs: Sendable, Hashable, Codable {
  /// One array that Slurm has accepted.
  package struct Submission: Sendable, Hashable, Codable {
    /// The array's job number.
    package var job: Int
    /// The number of the array in the names of its files.
    package var array: Int
    package var depth: Int
    /// The cells by the index of their task.
    package var cells: [ExperimentCell.ID]
    /// Seconds since 1970, UTC.
    package var submitted: Double
    package var settings: SlurmSettings
  }

  /// The jobs' name in Slurm: numbers are given again one day.
  package var name: String
  /// In the order in which they were submitted.
  package var submissions: [Submission] = []

  package var jobs: [Int] { submissions.map(\.job) }
}

extension RunFolder {
  var slurmJobsFile: String { "\(path)/slurm/jobs.json" }

  /// Whether Slurm was asked to run cells of this run.
  package var isOnSlurm: Bool { access(slurmJobsFile, F_OK) == 0 }

  /// What was given to Slurm; nil where nothing was.
  ///
  /// - Throws: `RunError.unreadable`.
  package func slurmJobs() throws(RunError) -> SlurmJobs? {
    guard isOnSlurm else { return nil }
    return try JSONText.read(SlurmJobs.self, at: slurmJobsFile)
  }

  /// Whether what was given to Slurm is there and cannot be read.
  package var hasDamagedSlurmJobs: Bool {
    do {
      _ = try slurmJobs()
      return false
    } catch {
      return true
    }
  }

  func write(_ jobs: SlurmJobs) throws(RunError) {
    try AtomicFile.write(json: jobs, to: slurmJobsFile)
  }

  /// The name of the run's jobs.
  package var slurmName: String { FileNameText.safe(name) }
}
