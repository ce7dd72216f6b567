import Synchronization

/// A checkpoint's hash, once someone has asked for it.
final class ContentHashCache: Sendable {
  let hash = Mutex<String?>(nil)
}

extension Checkpoint {
  /// The SHA-256 digest of the weights, so that any changed bit changes it.
  ///
  /// For one file it is what `sha256sum model.safetensors` prints and the Hugging Face Hub shows;
  /// for shards what `sha256sum *.safetensors | sha256sum` prints in their folder. All bytes are
  /// read (about 1.5 GB/s where the processor has SHA instructions), so ask on a background
  /// thread; the answer is kept.
  /// - Parameter isCancelled: asked every few milliseconds.
  /// - Returns: 64 hexadecimal digits; nil when cancelled.
  package func contentHash(
    isCancelled: () -> Bool = { false }
  ) throws(CheckpointError) -> String? {
    if let hash = hashCache.hash.withLock({ $0 }) { return hash }
    var lines = ""
    var digest = ""
    for file in files {
      guard file.currentSize() >= file.bytes.count else {
        throw .truncatedAfterOpening(
          file: file.path, tensor: tensors.last { $0.file == file.path }?.name ?? "",
          size: file.currentSize(), needed: file.bytes.count)
      }
      guard let hash = Self.hash(file.bytes, isCancelled) else { return nil }
      lines += "\(hash)  \(ModelLocation.split(file.path).file)\n"
      digest = hash
    }
    if files.count > 1 {
      digest = Array(lines.utf8).withUnsafeBytes { Self.hash($0) { false } } ?? ""
    }
    hashCache.hash.withLock { $0 = digest }
    return digest
  }

  /// The SHA-256 digest of bytes; nil when cancelled.
  static func hash(
    _ bytes: UnsafeRawBufferPointer, _ isCancelled: () -> Bool
  ) -> String? {
    let piece = 4 << 20
    var digest = SHA256()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      if isCancelled() { return nil }
      let end = min(start + piece, bytes.count)
      digest.update(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    return digest.hexadecimal()
  }
}
