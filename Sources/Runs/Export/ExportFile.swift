import Foundation

/// A file that is to be written for other programs.
package struct ExportFile: Sendable, Hashable {
  /// Below the folder that is named.
  package var path: String
  package var contents: Data

  package init(path: String, contents: Data) {
    self.path = path
    self.contents = contents
  }

  /// Writes files, each of which appears when it is complete.
  ///
  /// - Parameter overwrite: whether files of these names are replaced. If not, and one of them is
  ///   there, nothing is written.
  /// - Returns: the paths of the files.
  /// - Throws: `RunError.exists` and what the disk says.
  @discardableResult
  package static func write(
    _ files: [ExportFile], to folder: String, overwrite: Bool
  ) throws(RunError) -> [String] {
    let paths = files.map { "\(folder)/\($0.path)" }
    if !overwrite, let present = paths.first(where: FileManager.default.fileExists) {
      throw .exists(path: present)
    }
    for (file, path) in zip(files, paths) {
      try RunFolder.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
      if overwrite {
        try AtomicFile.write(file.contents, to: path)
      } else if try !AtomicFile.writeIfAbsent(file.contents, to: path) {
        throw .exists(path: path)
      }
    }
    return paths
  }
}
