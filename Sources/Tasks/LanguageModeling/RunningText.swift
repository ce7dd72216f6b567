import Foundation

/// A file of running text in UTF-8.
package enum RunningText {
  /// Reads all of a file.
  ///
  /// - Throws: `TaskDataError.malformed` where it is not UTF-8, `unreadable` where it is no file.
  package static func read(_ file: String) throws(TaskDataError) -> String {
    if let text = try? String(contentsOfFile: file, encoding: .utf8) { return text }
    guard let bytes = FileManager.default.contents(atPath: file),
      let offset = offsetOfInvalidUTF8(in: bytes)
    else { throw .unreadable(file: file) }
    throw .malformed(
      file: file, offset: offset, reason: "the text is not UTF-8 from here on; convert it")
  }

  private static func offsetOfInvalidUTF8(in bytes: Data) -> Int? {
    var decoder = UTF8()
    var rest = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&rest) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }
}
