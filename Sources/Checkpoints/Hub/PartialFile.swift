import Glibc

/// A blob of the cache that is still being fetched: `ETAG.incomplete` beside its final name.
///
/// What is there is kept when a download ends early, and the next one goes on behind it. Two
/// downloads may write the same file at once: whoever begins has a whole start in front of him, and
/// both write the same bytes to the same places, because the name stands for the contents. Then
/// the first to finish gives the file its name.
final class PartialFile {
  /// Where the blob will be.
  let blob: String
  private var descriptor: Int32
  /// Bytes from the start that are there.
  private(set) var size = 0

  private var path: String { blob + ".incomplete" }

  init(blob: String) throws(HubError) {
    self.blob = blob
    descriptor = -1
    try openFile()
  }

  deinit { close(descriptor) }

  private func openFile() throws(HubError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw .cannotWrite(path: path, reason: OutputFile.text(errno))
    }
    size = Int(status.st_size)
  }

  /// Throws away what is there.
  func restart() throws(HubError) {
    close(descriptor)
    // Removed, not cut: another download may be behind the end that a cut would leave.
    unlink(path)
    try openFile()
  }

  /// Writes bytes at an offset that is not behind the end.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(HubError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let result = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
      if result > 0 {
        written += result
      } else if errno == ENOSPC || errno == EDQUOT || errno == EFBIG {
        throw .diskFull(path: path, needed: rest.count)
      } else if errno != EINTR {
        throw .cannotWrite(path: path, reason: OutputFile.text(errno))
      }
    }
    size = offset + bytes.count
  }

  /// Checks the whole file against what the hub says of it, and removes it when it is wrong.
  func verify(_ description: HubClient.FileDescription, name: String) throws(HubError) {
    if let expected = description.size, size != expected {
      unlink(path)
      throw .wrongSize(file: name, expected: expected, found: size)
    }
    guard let found = try hash(like: description.etag), found != description.etag else { return }
    unlink(path)
    throw .wrongHash(file: name, expected: description.etag, found: found)
  }

  /// Gives the file its name, safely on the disk.
  func place() throws(HubError) {
    guard fsync(descriptor) == 0 else {
      throw .cannotWrite(path: path, reason: OutputFile.text(errno))
    }
    guard rename(path, blob) != 0 else { return }
    // Another download may have been first.
    guard errno == ENOENT, access(blob, F_OK) == 0 else {
      throw .cannotWrite(path: blob, reason: OutputFile.text(errno))
    }
  }

  /// The file's hash of the kind that the ETag is; nil where the ETag is none.
  private func hash(like etag: String) throws(HubError) -> String? {
    guard etag.utf8.allSatisfy(HubCache.isHexadecimal), [40, 64].contains(etag.utf8.count) else {
      return nil
    }
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      // Another download was first, and has checked it.
      return nil
    }
    return file.withBytes { bytes in
      etag.utf8.count == 64
        ? Checkpoint.hash(bytes) { false }
        : SHA1.gitHash(of: bytes)
    }
  }
}
