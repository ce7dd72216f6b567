import Tensors

/// Interprets a pickle as far as tensors, or arrays of bytes, need it, and builds nothing else.
///
/// Python's own interpreter calls whatever a pickle names. This one knows the names of one
/// `PickleVocabulary` as data, has no way to call anything, and refuses every other name and opcode.
/// Each opcode makes at most one value, so that memory stays in proportion to the pickle, whose
/// length is limited, and so is the depth of tuples; nothing recurses. Source: Python's `pickletools`, protocols 2 to 5.
struct Unpickler {
  private let file: MappedFile
  let vocabulary: PickleVocabulary
  private let end: Int
  private var position: Int
  /// Where the opcode that is being interpreted starts.
  private var opcodeStart: Int

  private var stack: [PickleValue] = []
  /// The heights of the stack at its marks.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var lists: [[PickleValue]] = []
  private var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private var storages: [PickledStorage] = []
  /// The bytes that were copied out of the file, of which small calls could ask for any number.
  var copiedBytes = 0

  /// Interprets the pickle that starts at the range's lower bound.
  ///
  /// - Parameter range: bytes of the file that it may extend over; the rest may be something else.
  static func object(
    in range: Range<Int>, of file: MappedFile, vocabulary: PickleVocabulary = .tensors
  ) throws(CheckpointError) -> UnpickledObject {
    var unpickler = Unpickler(file, range, vocabulary)
    return try unpickler.run()
  }

  private init(_ file: MappedFile, _ range: Range<Int>, _ vocabulary: PickleVocabulary) {
    self.file = file
    self.vocabulary = vocabulary
    position = range.lowerBound
    opcodeStart = range.lowerBound
    end = min(range.upperBound, range.lowerBound + vocabulary.lengthLimit)
  }

  private mutating func run() throws(CheckpointError) -> UnpickledObject {
    while true {
      opcodeStart = position
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { break }
      if try structure(opcode) { continue }
      if try scalar(opcode) { continue }
      if try call(opcode) { continue }
      throw .refusedOpcode(file: file.path, offset: opcodeStart, opcode: Self.name(of: opcode))
    }
    return UnpickledObject(
      root: try pop(), lists: lists, dictionaries: dictionaries, storages: storages,
      end: position)
  }

  // MARK: Opcodes

  /// Stack, memo and containers; false when the opcode is none of these.
  private mutating func structure(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case 0x80:  // PROTO
      let version = try byte()
      guard (2...5).contains(version) else { throw bad("protocol \(version) is not 2 to 5") }
    case 0x95: _ = try integer(UInt64.self)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)  // MARK
    case UInt8(ascii: "0"): _ = try pop()  // POP
    case UInt8(ascii: "1"): _ = try popToMark()  // POP_MARK
    case UInt8(ascii: "2"): stack.append(try top())  // DUP
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()  // BINPUT
    case UInt8(ascii: "r"): memo[Int(try integer(UInt32.self))] = try top()  // LONG_BINPUT
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): try pushRemembered(Int(try byte()))  // BINGET
    case UInt8(ascii: "j"): try pushRemembered(Int(try integer(UInt32.self)))  // LONG_BINGET
    case UInt8(ascii: ")"): try pushTuple([])  // EMPTY_TUPLE
    case 0x85, 0x86, 0x87: try pushTuple(try pop(Int(opcode) - 0x84))  // TUPLE1 to TUPLE3
    case UInt8(ascii: "t"): try pushTuple(try popToMark())  // TUPLE
    case UInt8(ascii: "]"), 0x8F: pushList()  // EMPTY_LIST, EMPTY_SET
    case UInt8(ascii: "a"): try append([try pop()])  // APPEND
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())  // APPENDS, ADDITEMS
    case UInt8(ascii: "}"): pushDictionary()  // EMPTY_DICT
    case UInt8(ascii: "s"): try setItems(try pop(2))  // SETITEM
    case UInt8(ascii: "u"): try setItems(try popToMark())  // SETITEMS
    default: return false
    }
    return true
  }

  /// Numbers and strings; false when the opcode is none of these.
  private mutating func scalar(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case UInt8(ascii: "N"): stack.append(.none)  // NONE
    case 0x88: stack.append(.bool(true))  // NEWTRUE
    case 0x89: stack.append(.bool(false))  // NEWFALSE
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))  // BININT1
    case UInt8(ascii: "M"): stack.append(.integer(Int(try integer(UInt16.self))))  // BININT2
    case UInt8(ascii: "J"): stack.append(.integer(Int(try integer(Int32.self))))  // BININT
    case 0x8A: stack.append(try long(Int(try byte())))  // LONG1
    case UInt8(ascii: "G"):  // BINFLOAT, the only number that is big-endian
      stack.append(.number(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case UInt8(ascii: "X"): try pushString(Int(try integer(UInt32.self)))  // BINUNICODE
    case 0x8C: try pushString(Int(try byte()))  // SHORT_BINUNICODE
    case 0x8D: try pushString(try length())  // BINUNICODE8
    case UInt8(ascii: "U"): try pushOldString(Int(try byte()))  // SHORT_BINSTRING of Python 2
    case UInt8(ascii: "T"):  // BINSTRING of Python 2
      try pushOldString(Int(try integer(UInt32.self)))
    case UInt8(ascii: "C"): try pushBytes(Int(try byte()))  // SHORT_BINBYTES
    case UInt8(ascii: "B"): try pushBytes(Int(try integer(UInt32.self)))  // BINBYTES
    case 0x8E: try pushBytes(try length())  // BINBYTES8
    case 0x96 where vocabulary == .arrays: try pushBytes(try length())  // BYTEARRAY8
    default: return false
    }
    return true
  }

  /// Names, what is built with them, and storages; false when the opcode is none of these.
  private mutating func call(_ opcode: UInt8) throws(CheckpointError) -> Bool {
    switch opcode {
    case UInt8(ascii: "c"):  // GLOBAL
      let module = try line()
      stack.append(try global(module: module, name: try line()))
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2).compactMap(\.string)
      guard names.count == 2 else { throw bad("a global whose name is no string") }
      stack.append(try global(module: names[0], name: names[1]))
    case UInt8(ascii: "R"):  // REDUCE
      let operands = try pop(2)
      guard case .global(let global) = operands[0], let arguments = operands[1].tuple else {
        throw bad("REDUCE of \(operands[0].kind) with \(operands[1].kind)")
      }
      try reduce(global, arguments)
    case UInt8(ascii: "b"):  // BUILD
      let operands = try pop(2)
      stack.append(try built(operands[0], state: operands[1]))
    case UInt8(ascii: "Q"):  // BINPERSID
      let storage = try storage(try pop())
      storages.append(storage)
      stack.append(.storage(storage))
    default: return false
    }
    return true
  }

  private mutating func reduce(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) {
    switch global {
    case .orderedDictionary:
      pushDictionary()
      // Python 2 gives the pairs at once.
      guard case .list(let pairs)? = arguments.first else { return }
      for pair in lists[pairs] {
        let items: [PickleValue]? =
          if case .list(let index) = pair { lists[index] } else { pair.tuple }
        guard let items, items.count == 2 else { throw bad("an OrderedDict of no pairs") }
        try setItems(items)
      }
    case .size:
      guard let shape = arguments.first, shape.integers != nil else {
        throw bad("a torch.Size without integers")
      }
      stack.append(shape)
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw bad("a parameter without its tensor") }
      stack.append(arguments[0])
    case .rebuildTensor, .rebuildTypedTensor:
      stack.append(.tensor(try tensor(global, arguments)))
    case .newArray: stack.append(.array(PickledArray(shape: [], bytes: .inFile(0..<0))))
    case .arrayFromBuffer:
      guard arguments.count >= 3, let bytes = arguments[0].bytes else {
        throw bad("an array without its bytes")
      }
      stack.append(try array(shape: arguments[2], type: arguments[1], bytes))
    case .arrayElementType:
      guard let code = arguments.first?.string else { throw bad("a dtype without its name") }
      stack.append(.arrayElementType(code))
    case .encode: stack.append(.bytes(try encoded(arguments)))
    case .storage, .elementType, .arrayClass:
      throw bad("\(global) is called")
    }
  }

  private func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(CheckpointError) -> PickledTensor {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      let offset = arguments[1].integer, let shape = arguments[2].integers,
      let strides = arguments[3].integers
    else { throw bad("a tensor without storage, offset, shape and strides") }
    var elementType = storage.elementType
    if case .rebuildTypedTensor = global {
      guard arguments.count >= 7, case .global(.elementType(let type)) = arguments[6] else {
        throw bad("a tensor without its dtype")
      }
      elementType = type
    }
    return PickledTensor(
      storage: storage, elementType: elementType, offset: offset, shape: shape, strides: strides)
  }

  /// The storage that a persistent id names: ("storage", type, key, device, count), and in old
  /// files None or (key of the view, offset, count).
  private func storage(_ id: PickleValue) throws(CheckpointError) -> PickledStorage {
    guard let id = id.tuple, id.count >= 5, id[0].string == "storage",
      case .global(.storage(let type)) = id[1], let key = id[2].string, let count = id[4].integer,
      count >= 0
    else { throw bad("a persistent id that is no storage") }
    guard id.count > 5, let view = id[5].tuple else {
      return PickledStorage(key: key, elementType: type, count: count)
    }
    guard view.count == 3, let offset = view[1].integer, let viewed = view[2].integer,
      offset >= 0, viewed >= 0, offset <= count, viewed <= count - offset
    else { throw bad("a view beyond its storage") }
    return PickledStorage(key: key, elementType: type, count: viewed, offset: offset)
  }

  private func global(module: String, name: String) throws(CheckpointError) -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name, in: vocabulary) else {
      throw .refusedGlobal(file: file.path, offset: opcodeStart, global: "\(module).\(name)")
    }
    return .global(global)
  }

  // MARK: Stack and containers

  private func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw bad("the stack is empty")
    }
    return value
  }

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else { throw bad("the stack is empty") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw bad("no mark is set") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pushRemembered(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw bad("nothing was put in memo \(index)") }
    stack.append(value)
  }

  /// A tuple holds its elements itself, and freeing what is nested without end would overflow the
  /// thread's stack.
  private mutating func pushTuple(_ elements: [PickleValue]) throws(CheckpointError) {
    let depth = 1 + (elements.lazy.map(\.tupleDepth).max() ?? 0)
    guard depth <= 32 else { throw bad("tuples are nested too deeply") }
    stack.append(.tuple(elements, depth: depth))
  }

  private mutating func pushList() {
    stack.append(.list(lists.count))
    lists.append([])
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  private mutating func append(_ values: [PickleValue]) throws(CheckpointError) {
    guard case .list(let index) = try top() else { throw bad("an append to \(try top().kind)") }
    lists[index].append(contentsOf: values)
  }

  private mutating func setItems(_ items: [PickleValue]) throws(CheckpointError) {
    guard case .dictionary(let index) = try top(), items.count.isMultiple(of: 2) else {
      throw bad("items set in \(try top().kind)")
    }
    for item in stride(from: 0, to: items.count, by: 2) {
      dictionaries[index].append((key: items[item], value: items[item + 1]))
    }
  }

  // MARK: Bytes

  private mutating func byte() throws(CheckpointError) -> UInt8 { try integer(UInt8.self) }

  private mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(CheckpointError) -> Number {
    let start = try take(MemoryLayout<Number>.size)
    return file.number(type, at: start.lowerBound) ?? 0
  }

  /// The next bytes' range in the file.
  private mutating func take(_ count: Int) throws(CheckpointError) -> Range<Int> {
    guard count <= end - position else {
      throw bad("the pickle breaks off, or is over \(vocabulary.lengthLimit >> 20) MB")
    }
    defer { position += count }
    return position..<position + count
  }

  private mutating func length() throws(CheckpointError) -> Int {
    let value = try integer(UInt64.self)
    guard let length = Int(exactly: value) else { throw bad("a length of \(value)") }
    return length
  }

  private mutating func pushString(_ count: Int) throws(CheckpointError) {
    stack.append(.string(try text(try take(count))))
  }

  private mutating func pushBytes(_ count: Int) throws(CheckpointError) {
    stack.append(.bytes(.inFile(try take(count))))
  }

  /// Python 2 has one type for text and bytes; what is no text must be bytes.
  private mutating func pushOldString(_ count: Int) throws(CheckpointError) {
    let range = try take(count)
    let text = String(validating: file.bytes[range], as: UTF8.self)
    stack.append(text.map(PickleValue.string) ?? .bytes(.inFile(range)))
  }

  /// A two's complement integer of any length; one that is longer than 64 bits is opaque.
  private mutating func long(_ count: Int) throws(CheckpointError) -> PickleValue {
    let bytes = file.bytes[try take(count)]
    guard count <= 8 else { return .opaque }
    var value = UInt64(0)
    for (index, byte) in bytes.enumerated() { value |= UInt64(byte) << (8 * index) }
    let unused = 64 - 8 * count
    return .integer(count == 0 ? 0 : Int(Int64(bitPattern: value << unused) >> unused))
  }

  private mutating func line() throws(CheckpointError) -> String {
    // Names are short, and a file without line breaks should not be searched to its end.
    let limit = min(end, position + 512)
    guard let newline = file.bytes[position..<limit].firstIndex(of: 0x0A) else {
      throw bad("a name breaks off")
    }
    defer { position = newline + 1 }
    return try text(position..<newline)
  }

  private func text(_ range: Range<Int>) throws(CheckpointError) -> String {
    guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
      throw bad("a string is not UTF-8")
    }
    return text
  }

  func bad(_ reason: String) -> CheckpointError {
    .badPickle(file: file.path, offset: opcodeStart, reason: reason)
  }

  /// An opcode's name in `pickletools`, for those that are refused.
  private static func name(of opcode: UInt8) -> String {
    let names: [UInt8: String] = [
      0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4", 0x91: "FROZENSET",
      0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
    let textNames: [Character: String] = [
      "F": "FLOAT", "I": "INT", "L": "LONG", "P": "PERSID", "S": "STRING", "V": "UNICODE",
      "d": "DICT", "g": "GET", "i": "INST", "l": "LIST", "o": "OBJ", "p": "PUT",
    ]
    return names[opcode] ?? textNames[Character(UnicodeScalar(opcode))]
      ?? "0x" + String(opcode, radix: 16)
  }
}
