/// The lines of a text file with their numbers; a byte order mark and empty lines are passed over.
struct TextLines {
  struct Line {
    let file: String
    /// Counted from 1.
    let number: Int
    let bytes: ArraySlice<UInt8>

    func failure(_ reason: String) -> TaskDataError {
      .badLine(file: file, line: number, reason: reason)
    }

    func text(_ bytes: ArraySlice<UInt8>) throws(TaskDataError) -> String {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw failure("the text is not UTF-8")
      }
      return text
    }
  }

  private let contents: ArraySlice<UInt8>
  private let file: String

  /// - Parameter file: for messages.
  init(_ contents: [UInt8], file: String) {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    self.contents = contents.starts(with: mark) ? contents[3...] : contents[...]
    self.file = file
  }

  /// What a closure makes of each line, where it makes something of it.
  func compactMap<Element>(
    _ transform: (Line) throws(TaskDataError) -> Element?
  ) throws(TaskDataError) -> [Element] {
    var elements: [Element] = []
    var start = contents.startIndex
    var number = 0
    while start < contents.endIndex {
      let end = contents[start...].firstIndex(of: UInt8(ascii: "\n")) ?? contents.endIndex
      number += 1
      var bytes = contents[start..<end]
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      start = end + 1
      guard !bytes.isEmpty else { continue }
      if let element = try transform(Line(file: file, number: number, bytes: bytes)) {
        elements.append(element)
      }
    }
    return elements
  }
}
