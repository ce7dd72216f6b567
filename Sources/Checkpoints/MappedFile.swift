import Glibc

/// A file mapped read-only into memory for as long as the instance lives.
///
/// The pages are read when they are touched, so that mapping costs the same for any size. Programs
/// that replace a model by renaming do not disturb an open one. A file that is cut short in place
/// would end this program with SIGBUS when the lost pages are touched: `currentSize()` tells
/// beforehand, and is asked whenever a tensor's bytes are handed out.
final class MappedFile: @unchecked Sendable {
  // Unchecked because of the pointer alone: the pages are never written and live until `deinit`.
  let path: String
  /// The contents; only valid while the instance is alive, which holding the pointer does not ensure.
  let bytes: UnsafeRawBufferPointer
  private let descriptor: Int32

  init(path: String) throws(CheckpointError) {
    // Without O_NONBLOCK opening a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .notFound(path: path) : .unreadable(file: path, errno: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(file: path, reason: "not a regular file")
    }
    let size = Int(status.st_size)
    // The kernel refuses to map nothing.
    guard size > 0 else {
      self.path = path
      self.descriptor = descriptor
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else {
      let reason = errno
      close(descriptor)
      throw .unreadable(file: path, errno: reason)
    }
    self.path = path
    self.descriptor = descriptor
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
    close(descriptor)
  }

  /// Calls the closure with the contents, keeping the mapping until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  /// Whether git-LFS left a note about the file in its place.
  var isGitLFSPointer: Bool {
    withBytes { $0.starts(with: "version https://git-lfs".utf8) }
  }

  /// The file's size now, which differs from `bytes.count` when someone changed it in place.
  func currentSize() -> Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }
}

extension CheckpointError {
  static func unreadable(file: String, errno code: Int32) -> CheckpointError {
    .unreadable(file: file, reason: String(cString: strerror(code)))
  }
}
