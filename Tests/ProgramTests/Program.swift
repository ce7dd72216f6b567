import Foundation

/// The program as it was built together with the tests.
enum Program {
  static let url: URL = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("sparsescope")
  }()

  /// What is measured of the machine is kept: else each process would choose kernels by itself.
  private static let cache =
    FileManager.default.temporaryDirectory.appendingPathComponent("sparsescope-test-cache").path

  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs a command without a terminal and waits for it.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    // What a person's explorer remembers is neither to be read nor to be changed.
    let state = [
      "XDG_STATE_HOME": "/dev/null/state", "XDG_DATA_HOME": "/dev/null/data",
      "XDG_CACHE_HOME": cache,
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(state) { $1 }
      .merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // The errors are short; the output may be longer than a pipe holds.
    let written = output.fileHandleForReading.readDataToEndOfFile()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
      errors: String(decoding: complaints, as: UTF8.self))
  }

  /// Runs a command whose output is JSON.
  static func json(_ arguments: String...) throws -> [String: Any] {
    let result = try run(arguments + ["--json"])
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return value as? [String: Any] ?? [:]
  }
}

extension Pipe {
  /// A pipe that programs which other tests start at the same time do not keep open.
  static func unshared() -> Pipe {
    let pipe = Pipe()
    for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
      _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
    }
    return pipe
  }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sparsescope-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
