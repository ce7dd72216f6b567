import Tensors

/// A value that a pickle of tensors or of arrays may build.
///
/// Containers are numbers that `UnpickledObject` resolves, since pickles share and nest them freely.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  indirect case bytes(PickledBytes)
  /// An integer of more than 64 bits, which nothing needs.
  case opaque
  /// `depth` counts the tuples inside one another, this one included.
  case tuple([PickleValue], depth: Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  indirect case storage(PickledStorage)
  indirect case tensor(PickledTensor)
  /// NumPy's name of a dtype, such as `u1`.
  case arrayElementType(String)
  indirect case array(PickledArray)

  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var tuple: [PickleValue]? { if case .tuple(let elements, _) = self { elements } else { nil } }
  var tupleDepth: Int { if case .tuple(_, let depth) = self { depth } else { 0 } }
  var tensor: PickledTensor? { if case .tensor(let tensor) = self { tensor } else { nil } }

  /// Bytes; those of Python 2 that happen to be text too.
  var bytes: PickledBytes? {
    switch self {
    case .bytes(let bytes): bytes
    case .string(let text): .inMemory(Array(text.utf8))
    default: nil
    }
  }

  /// The elements of a tuple of integers; nil when it is anything else.
  var integers: [Int]? {
    guard let tuple else { return nil }
    let integers = tuple.compactMap(\.integer)
    return integers.count == tuple.count ? integers : nil
  }

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer: "an int"
    case .number: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .opaque: "a long int"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dict"
    case .global(let global): global.description
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .arrayElementType(let code): "the dtype \(code)"
    case .array: "an array"
    }
  }
}

/// Bytes that a pickle holds as they are, or had to be decoded.
enum PickledBytes {
  /// Their place from the start of the file.
  case inFile(Range<Int>)
  case inMemory([UInt8])

  var count: Int {
    switch self {
    case .inFile(let range): range.count
    case .inMemory(let bytes): bytes.count
    }
  }
}

/// An array of bytes, the last dimension running fastest.
struct PickledArray {
  var shape: [Int]
  var bytes: PickledBytes
}

/// A run of bytes in the file that tensors share.
struct PickledStorage {
  /// Its name among the file's storages.
  var key: String
  /// The type that `count` counts; bytes for storages without a type.
  var elementType: ElementType
  var count: Int
  /// Where the storage starts in the one that the file holds, in elements: old files have views.
  var offset = 0
}

/// A tensor as a view of a storage; nothing of it is checked yet.
struct PickledTensor {
  var storage: PickledStorage
  var elementType: ElementType
  /// Elements before the first.
  var offset: Int
  var shape: [Int]
  /// Elements from one index to the next, by dimension.
  var strides: [Int]
}

/// What a pickle is read for, which decides the names that it may mention.
enum PickleVocabulary {
  /// PyTorch's tensors.
  case tensors
  /// NumPy's arrays of bytes.
  case arrays

  /// The longest pickle that is read, in bytes: a state dict of 10,000 tensors has about 1 MB, and
  /// the images of CIFAR-100 have 155 MB.
  var lengthLimit: Int {
    switch self {
    case .tensors: 32 << 20
    case .arrays: 512 << 20
    }
  }
}

/// The few Python names that a pickle may mention; the interpreter refuses all others.
enum PickleGlobal: CustomStringConvertible {
  case orderedDictionary
  case rebuildTensor
  case rebuildTypedTensor
  case rebuildParameter
  case size
  case storage(ElementType)
  case elementType(ElementType)
  /// NumPy's `_reconstruct`, which makes an empty array whose state follows.
  case newArray
  case arrayFromBuffer
  case arrayClass
  case arrayElementType
  /// How Python 3 writes bytes for Python 2.
  case encode

  init?(module: String, name: String, in vocabulary: PickleVocabulary) {
    switch vocabulary {
    case .tensors: self.init(tensorModule: module, name: name)
    case .arrays: self.init(arrayModule: module, name: name)
    }
  }

  private init?(arrayModule module: String, name: String) {
    // NumPy 2 renamed its core.
    switch (module.replacing("numpy._core", with: "numpy.core"), name) {
    case ("numpy.core.multiarray", "_reconstruct"): self = .newArray
    case ("numpy.core.numeric", "_frombuffer"): self = .arrayFromBuffer
    case ("numpy", "ndarray"): self = .arrayClass
    case ("numpy", "dtype"): self = .arrayElementType
    case ("_codecs", "encode"): self = .encode
    default: return nil
    }
  }

  private init?(tensorModule module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "Size"): self = .size
    case ("torch.storage", "UntypedStorage"), ("torch.storage", "_UntypedStorage"),
      ("torch", "UntypedStorage"):
      self = .storage(.uint8)
    case ("torch", _), ("torch.cuda", _):
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if let type = Self.elementTypes[name], module == "torch" {
        self = .elementType(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  var description: String {
    switch self {
    case .orderedDictionary: "OrderedDict"
    case .rebuildTensor: "_rebuild_tensor_v2"
    case .rebuildTypedTensor: "_rebuild_tensor_v3"
    case .rebuildParameter: "_rebuild_parameter"
    case .size: "torch.Size"
    case .storage(let type): "a storage type of \(type.rawValue)"
    case .elementType(let type): "the dtype \(type.rawValue)"
    case .newArray: "numpy's _reconstruct"
    case .arrayFromBuffer: "numpy's _frombuffer"
    case .arrayClass: "numpy.ndarray"
    case .arrayElementType: "numpy.dtype"
    case .encode: "_codecs.encode"
    }
  }

  private static let storages: [String: ElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let elementTypes: [String: ElementType] = [
    "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
    "float8_e4m3fn": .float8e4m3, "float8_e5m2": .float8e5m2, "int64": .int64, "int32": .int32,
    "int16": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32, "uint16": .uint16,
    "uint8": .uint8, "bool": .bool,
  ]
}

/// What a pickle built: a value, and the containers that values refer to.
struct UnpickledObject {
  var root: PickleValue
  /// Elements of lists.
  var lists: [[PickleValue]]
  /// Keys and values of dicts, in the order in which they were set.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]]
  /// Every storage that the pickle names, each as often as it is named.
  var storages: [PickledStorage]
  /// Where the next byte after the pickle is, from the start of the file.
  var end: Int

  /// The last value that a dict has for a key; nil when there is none or the value is no dict.
  func member(_ key: String, of value: PickleValue) -> PickleValue? {
    guard case .dictionary(let index) = value else { return nil }
    return dictionaries[index].last { $0.key.string == key }?.value
  }
}
