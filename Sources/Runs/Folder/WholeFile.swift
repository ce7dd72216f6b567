import Foundation

/// Reads files, and says why one cannot be read in the system's words.
enum WholeFile {
  /// - Parameter most: bytes that are read at most; devices may never end.
  /// - Throws: `RunError.unreadable`.
  static func read(_ path: String, most: Int = .max) throws(RunError) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(at: path) }
    defer { close(descriptor) }
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while data.count < most {
      let count = buffer.withUnsafeMutableBytes {
        Foundation.read(descriptor, $0.baseAddress, min($0.count, most - data.count))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(at: path) }
      if count == 0 { break }
      data.append(contentsOf: buffer[..<count])
    }
    return data
  }

  private static func failure(at path: String) -> RunError {
    let reason =
      switch errno {
      case ENOENT: "there is no such file"
      case EISDIR: "it is a folder"
      case let code: String(cString: strerror(code))
      }
    return .unreadable(path: path, reason: reason)
  }
}
