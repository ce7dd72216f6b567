import GRDB

/// What is wrong with the index over all runs; the runs themselves are in their folders.
package enum RunIndexError: Error, Sendable, Hashable {
  case damaged(path: String, reason: String)
  case cannotOpen(path: String, reason: String)
  /// Another process has kept it busy for too long.
  case busy(path: String)
  case failed(path: String, reason: String)
}

extension RunIndexError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .damaged(let path, let reason):
      "\(path): the index of the runs is damaged (\(reason)); `sparsescope runs reindex` makes it "
        + "anew from the runs' folders."
    case .cannotOpen(let path, let reason):
      "\(path): the index of the runs cannot be opened (\(reason)); check that its folder is there "
        + "and can be written."
    case .busy(let path):
      "\(path): another process has kept the index of the runs busy; try again."
    case .failed(let path, let reason):
      "\(path): the index of the runs: \(reason)."
    }
  }

  init(_ error: any Error, path: String) {
    if case .cannotWrite(_, let reason) = error as? RunError {
      self = .cannotOpen(path: path, reason: reason)
      return
    }
    guard let error = error as? DatabaseError else {
      self = error as? RunIndexError ?? .failed(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? "SQLite's result \(error.resultCode.rawValue)"
    switch error.resultCode {
    // SQLite calls it a plain error where the schema is not the one that this program has made.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_ERROR:
      self = .damaged(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
      self = .cannotOpen(path: path, reason: reason)
    default: self = .failed(path: path, reason: reason)
    }
  }
}
