import Glibc
import Tensors

@testable import Checkpoints

/// A folder under the system's temporary folder that is removed with the instance.
final class ModelFixture {
  let folder: String

  init() throws {
    var template = Array("/tmp/sparsescope-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CheckpointError.notFound(path: "/tmp") }
    folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { Self.remove(folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The names in the folder, or in one inside it.
  func entries(_ name: String = ".") throws -> [String] {
    try ModelLocation.entries(of: path(name))
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count else {
      throw CheckpointError.unreadable(file: path(name), errno: errno)
    }
    close(file)
    return path(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  func read(_ name: String) throws -> [UInt8] {
    try MappedFile(path: path(name)).withBytes(Array.init)
  }

  /// Writes a safetensors file with this header, true or lying, and this many bytes of data.
  @discardableResult
  func safetensors(
    _ name: String = "model.safetensors", header: String, data: [UInt8] = []
  ) throws -> String {
    let json = Array(header.utf8)
    return try write(name, Self.littleEndian(UInt64(json.count)) + json + data)
  }

  /// Writes a true safetensors file of float32 tensors, each a vector.
  @discardableResult
  func tensors(
    _ tensors: [String: [Float]], in name: String = "model.safetensors"
  ) throws -> String {
    let layouts = tensors.map { TensorLayout(name: $0, shape: [$1.count]) }
    var writer = try SafetensorsWriter(path: path(name), tensors: layouts)
    for (name, values) in tensors { try writer.write(name, values) }
    try writer.finish()
    return path(name)
  }

  static func littleEndian(_ number: UInt64) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }

  private static func remove(_ folder: String) {
    for entry in (try? ModelLocation.entries(of: folder)) ?? [] {
      let path = "\(folder)/\(entry)"
      if unlink(path) != 0 { remove(path) }
    }
    rmdir(folder)
  }
}
