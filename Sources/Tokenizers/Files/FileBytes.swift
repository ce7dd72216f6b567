import Glibc

/// Reads whole files.
enum FileBytes {
  /// Whether something is at a path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func read(_ path: String) throws(TokenizerError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: path, reason: "not a regular file")
    }
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        guard got > 0 else { return }
        count += got
      }
    }
    if let failure { throw .unreadable(file: path, errno: failure) }
    guard !bytes.starts(with: "version https://git-lfs".utf8) else {
      throw .gitLFSPointer(file: path)
    }
    return bytes
  }

  /// Reads a file of JSON.
  static func readJSON(_ path: String) throws(TokenizerError) -> JSONView {
    let bytes = try read(path)
    do {
      return try JSONDocument(bytes).root
    } catch {
      throw .notJSON(file: path, offset: error.offset, reason: error.reason)
    }
  }

  /// Reads a text file's lines, without their ends.
  static func readLines(_ path: String) throws(TokenizerError) -> [ArraySlice<UInt8>] {
    var lines = try read(path).split(separator: 0x0A, omittingEmptySubsequences: false)
    // What follows the last line end is no line.
    if lines.last?.isEmpty == true { lines.removeLast() }
    for index in lines.indices {
      if lines[index].last == 0x0D { lines[index].removeLast() }
      guard String(validating: lines[index], as: UTF8.self) != nil else {
        throw .notUTF8(file: path, line: index + 1)
      }
    }
    return lines
  }
}

extension TokenizerError {
  fileprivate static func unreadable(file: String, errno code: Int32) -> TokenizerError {
    .unreadable(file: file, reason: String(cString: strerror(code)))
  }
}
