import Foundation
import Synchronization

/// Small files that are there completely or not at all, whatever ends the program.
enum AtomicFile {
  private static let counter = Atomic<Int>(0)

  /// A hidden path beside another that no other writer uses, on any machine.
  static func sibling(of path: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    let url = URL(fileURLWithPath: path)
    let name = ".\(url.lastPathComponent).\(ProcessIdentity.current.tag)-\(number).tmp"
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Writes a file, replacing one of its name.
  static func write(_ data: Data, to path: String) throws(RunError) {
    let temporary = sibling(of: path)
    do throws(RunError) {
      try create(data, at: temporary)
      guard rename(temporary, path) == 0 else { throw failure(at: path) }
    } catch {
      unlink(temporary)
      throw error
    }
    synchronizeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  /// Writes a value as JSON with sorted keys.
  static func write(json value: some Encodable, to path: String) throws(RunError) {
    try write(try JSONText.encode(value, at: path), to: path)
  }

  /// Gives a complete file its name only where nothing has that name, as one step.
  ///
  /// A hard link does that on network file systems, too, where an exclusive create may not.
  /// - Returns: whether the name was free.
  static func writeIfAbsent(_ data: Data, to path: String) throws(RunError) -> Bool {
    let temporary = sibling(of: path)
    try create(data, at: temporary)
    defer { unlink(temporary) }
    if link(temporary, path) == 0 { return true }
    guard errno == EEXIST else { throw failure(at: path) }
    return false
  }

  private static func create(_ data: Data, at path: String) throws(RunError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(at: path) }
    defer { close(descriptor) }
    var written = 0
    while written < data.count {
      let result = data.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress! + written, data.count - written)
      }
      if result < 0 {
        if errno == EINTR { continue }
        throw failure(at: path)
      }
      written += result
    }
    guard fsync(descriptor) == 0 else { throw failure(at: path) }
  }

  /// Removes a file or a folder, if there is one.
  ///
  /// It is hidden before its contents go, so that no half of a folder is ever taken for the whole.
  static func remove(_ path: String) {
    let hidden = sibling(of: path)
    guard rename(path, hidden) == 0 else { return }
    try? FileManager.default.removeItem(atPath: hidden)
  }

  /// Makes a file, or the files in a folder and then their names, survive a power failure.
  static func synchronizeContents(of path: String) {
    for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
      synchronize("\(path)/\(name)", O_RDONLY)
    }
    synchronize(path, O_RDONLY)
  }

  static func synchronizeFolder(_ folder: String) { synchronize(folder, O_RDONLY | O_DIRECTORY) }

  /// A file system that cannot is left alone.
  private static func synchronize(_ path: String, _ flags: Int32) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// What `errno` says about a path.
  static func failure(at path: String) -> RunError {
    switch errno {
    case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
    case let code: .cannotWrite(path: path, reason: String(cString: strerror(code)))
    }
  }
}
