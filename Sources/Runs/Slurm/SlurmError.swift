/// What goes wrong between the program and Slurm, in words for the person who asked.
package enum SlurmError: Error, Sendable, Hashable {
  /// A command of Slurm is not on this machine.
  case missing(command: String)
  /// A command of Slurm did not answer in time.
  case silent(command: String, seconds: Int)
  /// Slurm says of itself that its controller does not answer.
  case down(words: String)
  /// A command of Slurm has failed; the reason is its own.
  case refused(command: String, reason: String)
  /// A path or name that cannot stand in a batch script.
  case unwritable(String)
  /// The cluster has switched off what the program needs.
  case noArrays
  /// What was submitted cannot be read, and it may be queued still.
  case lostJobs(file: String, name: String, reason: String)
}

extension SlurmError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let command):
      "There is no \(command) on this machine's path; go to where Slurm's commands are, such as a "
        + "login node."
    case .silent(let command, let seconds):
      "\(command) did not answer within \(seconds) s; the controller may be down, so try again."
    case .down(let words): "\(words), as scontrol says; try again when it is back."
    case .refused(let command, let reason): "\(command): \(reason)"
    case .unwritable(let text):
      "\"\(text)\" has a line break, which a batch script cannot hold; name the folder otherwise."
    case .noArrays:
      "This cluster allows no job arrays (MaxArraySize is below 2), and each cell is a task of one."
    case .lostJobs(let file, let name, let reason):
      "\(file) is damaged, and \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason); "
        + "`scancel --name=\(ShellWords.quoted(name, keepsHome: false))` cancels what is queued, and "
        + "then the run can be resumed."
    }
  }
}
