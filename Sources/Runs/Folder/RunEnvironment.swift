import Experiments
import Foundation

/// What a run was made with: the contents of `environment.json`.
package struct RunEnvironment: Sendable, Hashable, Codable {
  /// The program's version.
  package var version: String
  /// The SHA-256 of the model's weights; nil where it is not known yet.
  package var modelHash: String?
  /// The SHA-256 of each task's data by its name.
  package var dataHashes: [String: String]
  /// The matrix kernels in use, such as `SkylakeX`.
  package var kernel: String?
  package var processor: String?
  package var host: String
  package var seeds: [UInt64]
  package var commandLine: [String]
  /// The folder in which paths of the specification begin.
  package var workingFolder: String
  /// Seconds since 1970, UTC.
  package var created: Double

  package init(
    version: String, spec: ExperimentSpec, commandLine: [String], modelHash: String? = nil,
    dataHashes: [String: String] = [:], kernel: String? = nil
  ) {
    self.version = version
    self.modelHash = modelHash
    self.dataHashes = dataHashes
    self.kernel = kernel
    processor = Self.processorName
    host = ProcessIdentity.current.host
    seeds = spec.seeds
    self.commandLine = commandLine
    workingFolder = FileManager.default.currentDirectoryPath
    created = Date().timeIntervalSince1970
  }

  private static var processorName: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    return text.firstMatch(of: /model name\s*: (.*)/).map { String($0.1) }
  }
}
