import Tensors

/// A value that a pickle of tensors may build.
///
/// Containers are numbers that `UnpickledObject` resolves, since pickles share and nest them freely.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  /// Bytes, or an integer of more than 64 bits; nothing of a tensor needs them.
  case opaque
  /// `depth` counts the tuples inside one another, this one included.
  case tuple([PickleValue], depth: Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  indirect case storage(PickledStorage)
  indirect case tensor(PickledTensor)

  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var tuple: [PickleValue]? { if case .tuple(let elements, _) = self { elements } else { nil } }
  var tupleDepth: Int { if case .tuple(_, let depth) = self { depth } else { 0 } }
  var tensor: PickledTensor? { if case .tensor(let tensor) = self { tensor } else { nil } }

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
    case .opaque: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dict"
    case .global(let global): global.description
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
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

/// The few Python names that a pickle may mention; the interpreter refuses all others.
enum PickleGlobal: CustomStringConvertible {
  case orderedDictionary
  case rebuildTensor
  case rebuildTypedTensor
  case rebuildParameter
  case size
  case storage(ElementType)
  case elementType(ElementType)

  init?(module: String, name: String) {
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
