/// The rows of comma-separated values as RFC 4180 has them: a field may stand in quotes, and then
/// hold commas, line ends, and quotes that are doubled.
///
/// Strict: a quote that is never closed, or that stands inside a bare field, is an error of its
/// line, where readers that forgive it would merge questions silently. MMLU's files have no header,
/// which the packages for Swift build on.
struct CSVRows {
  struct Row {
    /// The line that the row begins on, counted from 1.
    let line: Int
    let fields: [String]
  }

  private var bytes: ArraySlice<UInt8>
  private var line = 1
  private let file: String

  /// - Parameter file: for messages.
  init(_ contents: [UInt8], file: String) {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    bytes = contents.starts(with: mark) ? contents[3...] : contents[...]
    self.file = file
  }

  /// Reads the next row; nil at the end. Empty lines are passed over.
  mutating func next() throws(TaskDataError) -> Row? {
    while let byte = bytes.first, byte == Self.lineFeed || byte == Self.carriageReturn {
      takeLineEnd()
    }
    guard !bytes.isEmpty else { return nil }
    let start = line
    var fields = [try field()]
    while bytes.first == Self.comma {
      bytes.removeFirst()
      fields.append(try field())
    }
    takeLineEnd()
    return Row(line: start, fields: fields)
  }

  func failure(_ reason: String, line: Int) -> TaskDataError {
    .badLine(file: file, line: line, reason: reason)
  }

  private mutating func field() throws(TaskDataError) -> String {
    guard bytes.first == Self.quote else { return try bareField() }
    let start = line
    bytes.removeFirst()
    var content: [UInt8] = []
    while let byte = bytes.popFirst() {
      if byte == Self.quote {
        guard bytes.first == Self.quote else {
          guard bytes.first.map(Self.endsField) ?? true else {
            throw failure("a quoted field goes on after its closing quote", line: line)
          }
          return try text(content, line: start)
        }
        bytes.removeFirst()
      }
      if byte == Self.lineFeed { line += 1 }
      content.append(byte)
    }
    throw failure("the quote that begins a field is never closed", line: start)
  }

  private mutating func bareField() throws(TaskDataError) -> String {
    let content = bytes.prefix { !Self.endsField($0) }
    guard !content.contains(Self.quote) else {
      throw failure("a quote inside a field that is not quoted", line: line)
    }
    bytes = bytes[content.endIndex...]
    return try text(content, line: line)
  }

  private func text(
    _ content: some Collection<UInt8>, line: Int
  ) throws(TaskDataError) -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw failure("the text is not UTF-8", line: line)
    }
    return text
  }

  /// Takes a line feed, a carriage return, or both.
  private mutating func takeLineEnd() {
    if bytes.first == Self.carriageReturn { bytes.removeFirst() }
    guard bytes.first == Self.lineFeed else { return }
    bytes.removeFirst()
    line += 1
  }

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private static func endsField(_ byte: UInt8) -> Bool {
    byte == comma || byte == lineFeed || byte == carriageReturn
  }
}
