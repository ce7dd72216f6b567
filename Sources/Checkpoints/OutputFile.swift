import Glibc
import Synchronization

/// A file that appears under its name only once it is complete.
///
/// Until then it has no name at all (`O_TMPFILE`): whatever ends the program, a signal included, the
/// kernel frees its space. File systems without such files get a hidden sibling, which is
/// removed unless the program is killed outright.
package final class OutputFile {
  private let descriptor: Int32
  private let folder: String
  /// The hidden sibling's path; nil where the file has no name yet.
  private var temporary: String?
  /// Where the file will appear, for messages.
  private let path: String

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: where it will appear, for messages.
  ///   - folder: an existing folder on the file system where it will appear.
  ///   - size: its final size in bytes, reserved here so that a full disk is known at the start.
  init(path: String, in folder: String, size: Int) throws(CheckpointError) {
    self.path = path
    self.folder = folder
    let anonymous = Glibc.open(folder, Self.anonymousFlags, 0o644)
    if anonymous >= 0 {
      descriptor = anonymous
    } else {
      let name = Self.temporaryPath(in: folder)
      let named = Glibc.open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard named >= 0 else { throw .cannotWrite(path: path, reason: Self.text(errno)) }
      descriptor = named
      temporary = name
    }
    try reserve(size)
  }

  deinit {
    close(descriptor)
    if let temporary { unlink(temporary) }
  }

  /// Writes a whole small file, replacing a file of that name, or the one that a link of that name
  /// points to.
  ///
  /// - Throws: `CheckpointError.cannotWrite` where the name is that of a folder or a device.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String
  ) throws(CheckpointError) {
    let bytes = Array(bytes)
    let path = try target(of: path)
    let file = try OutputFile(
      path: path, in: ModelLocation.split(path).folder, size: bytes.count)
    try file.write(bytes, at: 0)
    try file.commit()
  }

  /// The regular file that a path stands for, which need not exist yet: of a link, where it leads.
  ///
  /// - Throws: `CheckpointError.cannotWrite` where something else has the name, which a rename would
  ///   replace.
  package static func target(of path: String) throws(CheckpointError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .cannotWrite(path: path, reason: text(errno)) }
      guard lstat(path, &status) != 0 else {
        throw .cannotWrite(path: path, reason: "it is a link to a file that does not exist")
      }
      return path
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotWrite(path: path, reason: "it exists and is not a regular file")
    }
    guard let resolved = realpath(path, nil) else {
      throw .cannotWrite(path: path, reason: text(errno))
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Writes all the bytes at an offset from the start of the file.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(CheckpointError) {
    var written = 0
    while written < bytes.count {
      let rest = bytes[written...]
      let result = pwrite(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count,
        off_t(offset + written))
      if result > 0 {
        written += result
      } else if errno != EINTR {
        throw failure(errno, size: offset + bytes.count)
      }
    }
  }

  /// Writes an array of bytes at an offset from the start of the file.
  func write(_ bytes: [UInt8], at offset: Int) throws(CheckpointError) {
    let written = bytes.withUnsafeBytes { bytes in
      Result { () throws(CheckpointError) in try write(bytes, at: offset) }
    }
    try written.get()
  }

  /// Puts the file, safely on the disk, under a name that must not exist yet.
  func place(at target: String) throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw failure(errno, size: 0) }
    let result: Int32
    if let temporary {
      result = rename(temporary, target)
    } else {
      result = linkat(
        AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, target, AT_SYMLINK_FOLLOW)
    }
    guard result == 0 else { throw .cannotWrite(path: path, reason: Self.text(errno)) }
    temporary = nil
  }

  /// Puts the file in its place, replacing a file of that name.
  func commit() throws(CheckpointError) {
    // A link cannot replace, so the file has a hidden name for the moment between two calls.
    let name = Self.temporaryPath(in: folder)
    try place(at: name)
    guard rename(name, path) == 0 else {
      let reason = Self.text(errno)
      unlink(name)
      throw .cannotWrite(path: path, reason: reason)
    }
    Self.synchronizeFolder(folder)
  }

  private func reserve(_ size: Int) throws(CheckpointError) {
    guard size > 0 else { return }
    // Asked first, because a reservation that fails takes all the free space for a moment.
    var space = statvfs()
    if fstatvfs(descriptor, &space) == 0, space.f_bavail < UInt(size) / UInt(space.f_frsize) {
      throw .diskFull(path: path, needed: size)
    }
    let code = posix_fallocate(descriptor, 0, off_t(size))
    // Where a file system cannot reserve, the writes will tell.
    if code != 0, code != EOPNOTSUPP, code != EINVAL { throw failure(code, size: size) }
  }

  private func failure(_ code: Int32, size: Int) -> CheckpointError {
    switch code {
    case ENOSPC, EFBIG, EDQUOT: .diskFull(path: path, needed: size)
    default: .cannotWrite(path: path, reason: Self.text(code))
    }
  }

  // MARK: Names

  private static let counter = Atomic<Int>(0)

  /// `__O_TMPFILE | O_DIRECTORY | O_RDWR`; the header's macro does not import.
  private static let anonymousFlags = 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC

  /// A hidden path in a folder that no other writer uses.
  static func temporaryPath(in folder: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    return "\(folder)/.sparsescope-\(getpid())-\(number).tmp"
  }

  /// Makes renames in a folder survive a power failure; a file system that cannot is left alone.
  static func synchronizeFolder(_ folder: String) {
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
