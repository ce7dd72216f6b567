/// The table of contents of a zip archive, such as `torch.save` writes.
///
/// Only the directory at the end of the file is read. Offsets and sizes may be 64 bits wide (zip64).
/// Source: PKWARE's APPNOTE, sections 4.3 and 4.5.3.
struct ZipDirectory {
  struct Entry {
    var name: String
    /// 0 for stored, 8 for deflated.
    var method: UInt16
    var isEncrypted: Bool
    /// Bytes that the entry takes in the archive.
    var size: Int
    /// Where the entry's own header starts, from the start of the file.
    var headerOffset: Int
  }

  let entries: [String: Entry]
  private let file: MappedFile

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let end = try Self.directory(of: file)
    var entries: [String: Entry] = [:]
    var offset = end.offset
    for _ in 0..<end.count {
      let (entry, next) = try Self.entry(of: file, at: offset)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw .badArchive(file: file.path, offset: offset, reason: "lists \(entry.name) twice")
      }
      offset = next
    }
    self.entries = entries
  }

  static func isArchive(_ file: MappedFile) -> Bool {
    file.withBytes { $0.starts(with: "PK\u{3}\u{4}".utf8) }
  }

  /// Where an entry's bytes lie in the file.
  ///
  /// - Throws: `CheckpointError.compressedEntry` where they are not stored as they are.
  func range(of entry: Entry) throws(CheckpointError) -> Range<Int> {
    guard entry.method == 0, !entry.isEncrypted else {
      throw .compressedEntry(
        file: file.path, entry: entry.name,
        method: entry.isEncrypted
          ? "encrypted" : entry.method == 8 ? "deflated" : "compressed by method \(entry.method)")
    }
    let header = entry.headerOffset
    guard file.number(UInt32.self, at: header) == 0x0403_4B50,
      let nameLength = file.number(UInt16.self, at: header + 26),
      let extraLength = file.number(UInt16.self, at: header + 28)
    else {
      throw .badArchive(file: file.path, offset: header, reason: "no header of \(entry.name) here")
    }
    let start = header + 30 + Int(nameLength) + Int(extraLength)
    guard start <= file.bytes.count, entry.size <= file.bytes.count - start else {
      throw .badArchive(
        file: file.path, offset: start,
        reason: "\(entry.name) of \(entry.size) bytes ends beyond the file")
    }
    return start..<start + entry.size
  }

  // MARK: The directory at the end

  /// Where the directory starts and how many entries it has.
  private static func directory(
    of file: MappedFile
  ) throws(CheckpointError) -> (offset: Int, count: Int) {
    let size = file.bytes.count
    // The record has 22 bytes and may be followed by a comment of up to 65,535.
    let last = size - 22
    let candidates = stride(from: last, through: max(0, last - 0xFFFF), by: -1)
    guard let record = candidates.first(where: { file.number(UInt32.self, at: $0) == 0x0605_4B50 })
    else {
      throw .badArchive(
        file: file.path, offset: size, reason: "the archive's directory is missing at the end")
    }
    var offset = file.number(UInt32.self, at: record + 16).map(Int.init)
    var count = file.number(UInt16.self, at: record + 10).map(Int.init)
    if file.number(UInt32.self, at: record - 20) == 0x0706_4B50 {
      let wide = file.number(UInt64.self, at: record - 12).flatMap { Int(exactly: $0) }
      guard let wide, file.number(UInt32.self, at: wide) == 0x0606_4B50 else {
        throw .badArchive(
          file: file.path, offset: record - 20, reason: "the 64-bit directory is not where it says")
      }
      count = file.number(UInt64.self, at: wide + 32).flatMap { Int(exactly: $0) }
      offset = file.number(UInt64.self, at: wide + 48).flatMap { Int(exactly: $0) }
    }
    // An entry takes 46 bytes at least, which bounds the count.
    guard let offset, let count, offset <= size, count <= (size - offset) / 46 else {
      throw .badArchive(
        file: file.path, offset: record, reason: "the directory lies beyond the file")
    }
    return (offset, count)
  }

  private static func entry(
    of file: MappedFile, at offset: Int
  ) throws(CheckpointError) -> (Entry, next: Int) {
    func fail(_ reason: String) -> CheckpointError {
      .badArchive(file: file.path, offset: offset, reason: reason)
    }
    guard file.number(UInt32.self, at: offset) == 0x0201_4B50,
      let flags = file.number(UInt16.self, at: offset + 8),
      let method = file.number(UInt16.self, at: offset + 10),
      let compressed = file.number(UInt32.self, at: offset + 20),
      let uncompressed = file.number(UInt32.self, at: offset + 24),
      let nameLength = file.number(UInt16.self, at: offset + 28).map(Int.init),
      let extraLength = file.number(UInt16.self, at: offset + 30).map(Int.init),
      let commentLength = file.number(UInt16.self, at: offset + 32).map(Int.init),
      let header = file.number(UInt32.self, at: offset + 42),
      offset + 46 + nameLength + extraLength + commentLength <= file.bytes.count
    else { throw fail("the directory breaks off") }
    let nameStart = offset + 46
    let nameBytes = file.bytes[nameStart..<nameStart + nameLength]
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw fail("an entry's name is not UTF-8")
    }
    // Numbers that do not fit in 32 bits stand in the extra field, in this order.
    var extra = wideNumbers(of: file, at: nameStart + nameLength, count: extraLength)
    func wide(_ narrow: UInt32) -> Int? {
      guard narrow == .max else { return Int(narrow) }
      guard !extra.isEmpty else { return nil }
      return Int(exactly: extra.removeFirst())
    }
    guard wide(uncompressed) != nil, let size = wide(compressed), let header = wide(header) else {
      throw fail("\(name) lacks its 64-bit size")
    }
    let entry = Entry(
      name: name, method: method, isEncrypted: flags & 1 == 1, size: size, headerOffset: header)
    return (entry, nameStart + nameLength + extraLength + commentLength)
  }

  /// The numbers in the zip64 part of an extra field; none where it has no such part.
  private static func wideNumbers(of file: MappedFile, at start: Int, count: Int) -> [UInt64] {
    var offset = start
    while offset + 4 <= start + count, let kind = file.number(UInt16.self, at: offset),
      let length = file.number(UInt16.self, at: offset + 2)
    {
      if kind == 1 {
        let end = min(offset + 4 + Int(length), start + count)
        return stride(from: offset + 4, through: end - 8, by: 8).compactMap {
          file.number(UInt64.self, at: $0)
        }
      }
      offset += 4 + Int(length)
    }
    return []
  }
}

extension MappedFile {
  /// A little-endian number at an offset; nil where it would not lie wholly in the file.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, at offset: Int
  ) -> Number? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Number>.size else { return nil }
    return withBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
  }
}
