import Foundation

/// The SHA-256 digest of data, so that a record can say what it was made from.
package enum FileHash {
  /// The digest of a file as `sha256sum FILE` prints it; of a folder what
  /// `find . -type f ! -path '*/.*' | sed 's,^./,,' | LC_ALL=C sort | xargs sha256sum | sha256sum`
  /// prints in it.
  ///
  /// - Returns: 64 hexadecimal digits.
  package static func sha256(of path: String) throws(CheckpointError) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .notFound(path: path)
    }
    guard isFolder.boolValue else { return try file(path) }
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    var lines = ""
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    where !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
      var isFolder: ObjCBool = false
      let file = "\(path)/\(name)"
      guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      lines += "\(try self.file(file))  \(name)\n"
    }
    return digest(Array(lines.utf8))
  }

  private static func file(_ path: String) throws(CheckpointError) -> String {
    try MappedFile(path: path).withBytes { Checkpoint.hash($0) { false } ?? "" }
  }

  private static func digest(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { Checkpoint.hash($0) { false } ?? "" }
  }
}
