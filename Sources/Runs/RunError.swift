/// What goes wrong with runs and their folders, in words for the person who asked.
package enum RunError: Error, Sendable, Hashable {
  /// The folder for a new run has something in it.
  case notEmpty(path: String)
  /// The folder is none of a run.
  case notARun(path: String, reason: String)
  /// No run has the name; `known` are some that there are.
  case unknownRun(name: String, known: [String])
  /// Several runs begin with the name.
  case ambiguousRun(name: String, candidates: [String])
  /// The folder of a run at work has been removed or moved.
  case vanished(path: String)
  /// The folder's experiment is not the one that is to be resumed.
  case otherExperiment(path: String)
  /// A file of the run that cannot be read, or says what cannot be.
  case unreadable(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  /// A file that is to be written is there already.
  case exists(path: String)
  case diskFull(path: String)
  /// Another process works on the run or on the cell.
  case claimed(path: String, host: String, pid: Int)
  /// Another process has taken over, because this one did not answer for too long.
  case lostClaim(path: String)
  /// The environment has no place for data.
  case noHome
  case cannotStart(program: String, reason: String)
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notEmpty(let path):
      "\(path) is not empty; name another folder, or resume the run in it with --resume."
    case .notARun(let path, let reason):
      "\(path) is no run: \(reason)."
    case .unknownRun(let name, let known):
      known.isEmpty
        ? "There is no run \(name.isEmpty ? "without a name" : name); `sparsescope run` makes one."
        : "There is no run \(name.isEmpty ? "without a name" : name); there are \(known.joined(separator: ", "))."
    case .ambiguousRun(let name, let candidates):
      "\(name) is ambiguous: \(candidates.joined(separator: ", ")); write more of the name."
    case .vanished(let path):
      "\(path) has been removed or moved, so the run has stopped; nothing was written there since."
    case .otherExperiment(let path):
      "\(path) holds another experiment than the one given; resume it by its folder alone, or "
        + "name another folder."
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)."
    case .cannotWrite(let path, let reason):
      "\(path) cannot be written: \(reason)."
    case .exists(let path):
      "\(path) exists; name another folder, or replace it with --overwrite."
    case .diskFull(let path):
      "\(path) cannot be written: the disk is full; make room, then resume the run."
    case .claimed(let path, let host, let pid):
      "Process \(pid) on \(host) works on \(path) already; pause or cancel it with "
        + "`sparsescope runs`, or wait until it is done."
    case .lostClaim(let path):
      "Another process has taken \(path) over, because this one gave no sign of life."
    case .noHome:
      "Neither XDG_DATA_HOME nor HOME is an absolute path; name a folder with --output."
    case .cannotStart(let program, let reason):
      "\(program) cannot be started: \(reason)."
    }
  }
}
