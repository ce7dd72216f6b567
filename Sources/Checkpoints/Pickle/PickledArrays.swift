/// A pickled dict of byte arrays, integers and strings, as data sets for Python come.
///
/// Nothing that the pickle names is run; see `Unpickler`. Keys are the same whether they are
/// Python's bytes or strings.
package struct PickledArrays {
  private let file: MappedFile
  private let object: UnpickledObject

  /// Reads a whole file.
  ///
  /// - Throws: `CheckpointError.refusedGlobal` and `.refusedOpcode` for what arrays do not need.
  package init(at path: String) throws(CheckpointError) {
    file = try MappedFile(path: path)
    guard file.number(UInt8.self, at: 0) == 0x80 else {
      throw .badPickle(file: path, offset: 0, reason: "this is no pickle of protocol 2 to 5")
    }
    object = try Unpickler.object(in: 0..<file.bytes.count, of: file, vocabulary: .arrays)
    guard case .dictionary = object.root else {
      throw .badPickle(file: path, offset: 0, reason: "it holds \(object.root.kind), not a dict")
    }
  }

  /// The keys of the dict, in the order in which they were set.
  package var keys: [String] { members.compactMap { text($0.key) } }

  /// The array that a key leads to; nil where there is none.
  package func array(_ key: String) -> (shape: [Int], bytes: [UInt8])? {
    guard case .array(let array)? = value(key) else { return nil }
    return (array.shape, contents(of: array.bytes))
  }

  /// The list of integers that a key leads to; nil where it is anything else.
  package func integers(_ key: String) -> [Int]? {
    list(key) { $0.integer }
  }

  /// The list of strings that a key leads to; nil where it is anything else.
  package func strings(_ key: String) -> [String]? {
    list(key, text)
  }

  private var members: [(key: PickleValue, value: PickleValue)] {
    guard case .dictionary(let index) = object.root else { return [] }
    return object.dictionaries[index]
  }

  private func value(_ key: String) -> PickleValue? {
    members.last { text($0.key) == key }?.value
  }

  private func list<Element>(
    _ key: String, _ element: (PickleValue) -> Element?
  ) -> [Element]? {
    guard case .list(let index)? = value(key) else { return nil }
    let elements = object.lists[index].compactMap(element)
    return elements.count == object.lists[index].count ? elements : nil
  }

  private func text(_ value: PickleValue) -> String? {
    switch value {
    case .string(let text): text
    case .bytes(let bytes): String(validating: contents(of: bytes), as: UTF8.self)
    default: nil
    }
  }

  private func contents(of bytes: PickledBytes) -> [UInt8] {
    switch bytes {
    case .inFile(let range): file.withBytes { Array($0[range]) }
    case .inMemory(let bytes): bytes
    }
  }
}
