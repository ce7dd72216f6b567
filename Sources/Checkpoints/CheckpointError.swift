import Tensors

/// Why a model could not be read or written; the message names file, tensor and offset, and says
/// what to do.
///
/// Offsets are bytes from the start of the file unless the message says otherwise.
package enum CheckpointError: Error, Sendable, Equatable {
  // Finding and reading files.
  case notFound(path: String)
  case notInCache(model: ModelID, folder: String)
  case ambiguousCommit(model: String, commit: String, folder: String)
  case unreadable(file: String, reason: String)
  case noModel(folder: String, instead: String?)
  case gitLFSPointer(file: String)
  case otherFormat(file: String, format: String)
  case truncatedAfterOpening(file: String, tensor: String, size: Int, needed: Int)

  // The header of one safetensors file.
  case tooShort(file: String, size: Int)
  case headerTooLong(file: String, length: UInt64)
  case headerBeyondFile(file: String, length: Int, size: Int)
  case headerNotObject(file: String)
  case headerNotJSON(file: String, offset: Int, reason: String)
  case duplicateName(file: String, tensor: String, firstFile: String)
  case badField(file: String, tensor: String, field: String, reason: String)
  case unknownType(file: String, tensor: String, type: String)
  case negativeShape(file: String, tensor: String, shape: [Int])
  case shapeOverflow(file: String, tensor: String, shape: [Int])
  case offsetsReversed(file: String, tensor: String, begin: Int, end: Int)
  case pastEnd(file: String, tensor: String, end: Int, size: Int)
  case sizeMismatch(
    file: String, tensor: String, type: ElementType, shape: [Int], expected: Int, found: Int)
  case overlap(file: String, tensor: String, begin: Int, other: String, otherEnd: Int)
  case hole(file: String, tensor: String, begin: Int, expected: Int)
  case trailingBytes(file: String, end: Int, size: Int)

  // The table of contents of one PyTorch file.
  case badArchive(file: String, offset: Int, reason: String)
  case compressedEntry(file: String, entry: String, method: String)
  case bigEndian(file: String)
  case badPickle(file: String, offset: Int, reason: String)
  case refusedOpcode(file: String, offset: Int, opcode: String)
  case refusedGlobal(file: String, offset: Int, global: String)
  case noStateDictionary(file: String, found: String)
  case missingStorage(file: String, tensor: String, storage: String)
  case storageTooShort(file: String, tensor: String, storage: String, needed: Int, found: Int)
  case badView(file: String, tensor: String, shape: [Int], strides: [Int])

  // Shards and JSON beside them.
  case badIndex(file: String, offset: Int?, reason: String)
  case missingShard(index: String, shard: String, tensor: String)
  case notInShard(index: String, shard: String, tensor: String)
  case notInIndex(index: String, shard: String, tensor: String)
  case badConfiguration(file: String, offset: Int, reason: String)

  // Matrices that are stored without their zeros.
  case missingPart(file: String, tensor: String, part: String)
  case badPart(file: String, tensor: String, part: String, reason: String)
  case damagedMatrix(file: String, tensor: String, reason: String)

  // Using an open model.
  case noTensor(path: String, tensor: String, similar: String?)
  case notFloatingPoint(file: String, tensor: String, type: ElementType)

  // Writing.
  case cannotWrite(path: String, reason: String)
  case diskFull(path: String, needed: Int)
  case outputNotEmpty(folder: String)
  case outputNotAFolder(path: String)
  case wrongTensorSize(file: String, tensor: String, expected: Int, found: Int)
  case notInLayout(file: String, tensor: String)
  case tensorNotWritten(file: String, tensor: String)
}

extension CheckpointError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notFound(let path):
      return "\(path): no such file or folder; give a model folder, or a file of weights"
    case .notInCache(let model, let folder):
      let isMain = model.revision == "main"
      return "\(model.name): no such file or folder, and "
        + (isMain ? "not" : "its revision \(model.revision) is not")
        + " in the Hugging Face cache \(folder); fetch it with `sparsescope download "
        + "\(model.name)\(isMain ? "" : " --revision \(model.revision)")`"
    case .ambiguousCommit(let model, let commit, let folder):
      return "\(model): \(commit) is the start of several commits in \(folder); give more digits"
    case .unreadable(let file, let reason):
      return "\(file): cannot be read (\(reason)); check its permissions"
    case .noModel(let folder, let instead):
      let found = instead.map { "; it holds \($0): convert that to safetensors first" } ?? ""
      return "\(folder): no model in this folder; looked for model.safetensors, "
        + "model.safetensors.index.json, *.safetensors, pytorch_model.bin, "
        + "pytorch_model.bin.index.json and one .bin, .pt or .pth\(found)"
    case .gitLFSPointer(let file):
      return "\(file): is a git-LFS pointer, not the weights; run `git lfs pull` in its repository"
    case .otherFormat(let file, let format):
      return "\(file): is \(format), not safetensors; convert it to safetensors first"
    case .truncatedAfterOpening(let file, let tensor, let size, let needed):
      return "\(file): was cut to \(size) bytes while open, and tensor \(tensor) needs \(needed); "
        + "open the model again once the file is whole"

    case .tooShort(let file, let size):
      return "\(file): has \(size) bytes, too few for a safetensors header; \(Self.fetchAgain)"
    case .headerTooLong(let file, let length):
      return "\(file): offset 0: the header claims \(length) bytes, over the limit of 100 MB; "
        + "is it a safetensors file?"
    case .headerBeyondFile(let file, let length, let size):
      return "\(file): offset 0: the header claims \(length) bytes but the file has \(size); "
        + Self.fetchAgain
    case .headerNotObject(let file):
      return "\(file): offset 8: the header does not start with '{'; is it a safetensors file?"
    case .headerNotJSON(let file, let offset, let reason):
      return "\(file): offset \(offset): the header is not JSON (\(reason)); \(Self.writeAgain)"
    case .duplicateName(let file, let tensor, let firstFile):
      let place = firstFile == file ? "twice" : "here and in \(firstFile)"
      return "\(file): tensor \(tensor) is listed \(place); \(Self.writeAgain)"
    case .badField(let file, let tensor, let field, let reason):
      return "\(file): tensor \(tensor): \(field) \(reason); \(Self.writeAgain)"
    case .unknownType(let file, let tensor, let type):
      let known = ElementType.allCases.map(\.rawValue).joined(separator: " ")
      return "\(file): tensor \(tensor): unknown dtype \(type); known are \(known)"
    case .negativeShape(let file, let tensor, let shape):
      return "\(file): tensor \(tensor): negative size in shape \(shape); \(Self.writeAgain)"
    case .shapeOverflow(let file, let tensor, let shape):
      return "\(file): tensor \(tensor): shape \(shape) has more elements than fit in 64 bits; "
        + Self.writeAgain
    case .offsetsReversed(let file, let tensor, let begin, let end):
      return "\(file): tensor \(tensor): data_offsets [\(begin), \(end)] are not in order; "
        + Self.writeAgain
    case .pastEnd(let file, let tensor, let end, let size):
      return "\(file): tensor \(tensor): ends at offset \(end) but the file has \(size) bytes; "
        + Self.fetchAgain
    case .sizeMismatch(let file, let tensor, let type, let shape, let expected, let found):
      return "\(file): tensor \(tensor): \(type.rawValue) of shape \(shape) takes \(expected) "
        + "bytes but data_offsets span \(found); \(Self.writeAgain)"
    case .overlap(let file, let tensor, let begin, let other, let otherEnd):
      return "\(file): tensor \(tensor): starts at offset \(begin), inside tensor \(other) that "
        + "ends at \(otherEnd); \(Self.writeAgain)"
    case .hole(let file, let tensor, let begin, let expected):
      return "\(file): tensor \(tensor): starts at offset \(begin), leaving a hole from "
        + "\(expected); \(Self.writeAgain)"
    case .trailingBytes(let file, let end, let size):
      return "\(file): the tensors end at offset \(end) but the file has \(size) bytes; "
        + Self.writeAgain

    case .badArchive(let file, let offset, let reason):
      return "\(file): offset \(offset): \(reason); \(Self.fetchAgain)"
    case .compressedEntry(let file, let entry, let method):
      return "\(file): entry \(entry) is \(method), but PyTorch stores its entries as they are; "
        + "save it again with torch.save"
    case .bigEndian(let file):
      return "\(file): was saved on a big-endian machine; save it again on a little-endian one"
    case .badPickle(let file, let offset, let reason):
      return "\(file): offset \(offset): the pickle is damaged (\(reason)); \(Self.fetchAgain)"
    case .refusedOpcode(let file, let offset, let opcode):
      return "\(file): offset \(offset): the pickle has the opcode \(opcode), which no tensor "
        + "needs; \(Self.saveStateDictionary)"
    case .refusedGlobal(let file, let offset, let global):
      return "\(file): offset \(offset): the pickle names \(global), which is not one of the few "
        + "names that tensors need and is not run; \(Self.saveStateDictionary)"
    case .noStateDictionary(let file, let found):
      return "\(file): holds \(found), not a dict of tensors; \(Self.saveStateDictionary)"
    case .missingStorage(let file, let tensor, let storage):
      return "\(file): tensor \(tensor): its storage \(storage) is missing; \(Self.fetchAgain)"
    case .storageTooShort(let file, let tensor, let storage, let needed, let found):
      return "\(file): tensor \(tensor): needs \(needed) bytes of storage \(storage), which has "
        + "\(found); \(Self.fetchAgain)"
    case .badView(let file, let tensor, let shape, let strides):
      return "\(file): tensor \(tensor): a view of shape \(shape) with strides \(strides) is not "
        + "supported; call .contiguous() on it and save it again"

    case .badIndex(let file, let offset, let reason):
      let place = offset.map { "offset \($0): " } ?? ""
      return "\(file): \(place)\(reason); \(Self.fetchAgain)"
    case .missingShard(let index, let shard, let tensor):
      return "\(index): tensor \(tensor) is in \(shard), which is missing; fetch that file"
    case .notInShard(let index, let shard, let tensor):
      return "\(index): tensor \(tensor) should be in \(shard) but is not; index and shards are of "
        + "different models: fetch them again"
    case .notInIndex(let index, let shard, let tensor):
      return "\(shard): tensor \(tensor) is not in the index \(index); index and shards are of "
        + "different models: fetch them again"
    case .badConfiguration(let file, let offset, let reason):
      return "\(file): offset \(offset): \(reason); correct the file or remove it"

    case .missingPart(let file, let tensor, let part):
      return "\(file): tensor \(tensor): is stored without its zeros, but \(part) is missing; "
        + Self.fetchAgain
    case .badPart(let file, let tensor, let part, let reason):
      return "\(file): tensor \(tensor): its part \(part) \(reason); \(Self.writeAgain)"
    case .damagedMatrix(let file, let tensor, let reason):
      return "\(file): tensor \(tensor): \(reason); \(Self.writeAgain)"

    case .noTensor(let path, let tensor, let similar):
      let hint = similar.map { "; did you mean \($0)?" } ?? "; is it a model of another family?"
      return "\(path): no tensor \(tensor)\(hint)"
    case .notFloatingPoint(let file, let tensor, let type):
      return "\(file): tensor \(tensor): \(type.rawValue) is not a floating-point type; "
        + "quantised weights must be dequantised first"

    case .cannotWrite(let path, let reason):
      return "\(path): cannot be written (\(reason)); choose another output path"
    case .diskFull(let path, let needed):
      return "\(path): the disk is full (\(needed) bytes needed); free some space, or choose "
        + "another output path"
    case .outputNotEmpty(let folder):
      return "\(folder): exists and is not empty; give a new or an empty folder"
    case .outputNotAFolder(let path):
      return "\(path): exists and is not a folder; give a new or an empty folder"
    case .wrongTensorSize(let file, let tensor, let expected, let found):
      return "\(file): tensor \(tensor): \(found) bytes given where its shape takes \(expected)"
    case .notInLayout(let file, let tensor):
      return "\(file): tensor \(tensor): was not announced when the file was begun"
    case .tensorNotWritten(let file, let tensor):
      return "\(file): tensor \(tensor): was announced but never written"
    }
  }

  private static let saveStateDictionary = "save only model.state_dict() with torch.save"
  private static let fetchAgain = "the file is incomplete: fetch it again"
  private static let writeAgain = "the file is damaged: fetch or write it again"
}
