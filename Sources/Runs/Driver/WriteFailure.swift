import Foundation

/// Tells what has kept a cell from writing.
enum WriteFailure {
  /// Whether an error of any part of the program says that no room is left.
  ///
  /// Errors carry the system's words where they have no case of their own for it.
  static func isFullDisk(_ error: any Error) -> Bool {
    if case .diskFull = error as? RunError { return true }
    if (error as? CocoaError)?.code == .fileWriteOutOfSpace { return true }
    let text = "\(error)"
    let words = [ENOSPC, EDQUOT, EFBIG].map { String(cString: strerror($0)) }
    return (words + ["disk is full"]).contains { text.contains($0) }
  }
}
