import Checkpoints
import Experiments
import Foundation
import Runs
import Tensors

/// Where runs and their index are on this machine.
enum RunPlaces {
  static func store() throws -> RunStore {
    try RunStore(environment: ProcessInfo.processInfo.environment)
  }

  static func indexFile() throws -> String {
    try RunStore.indexFile(environment: ProcessInfo.processInfo.environment)
  }

  /// Brings the index up to date; an index that cannot be written is no reason to fail, because
  /// the folder says it all.
  static func record(_ run: RunFolder) {
    guard let path = try? indexFile(), let index = try? RunIndex(path) else { return }
    _ = try? index.refreshed(from: try store())
  }

  /// All runs, the latest first; from their folders alone where the index may not be written.
  ///
  /// - Throws: `RunIndexError.damaged`, which says what to do.
  static func overviews() throws -> [RunOverview] {
    let store = try store()
    do {
      return try RunIndex(try indexFile()).refreshed(from: store) { jobs in
        let queue = SlurmQueue.read(jobs)
        if let problem = queue.problem { StandardError.write(problem) }
        return queue
      }
    } catch RunIndexError.cannotOpen {
      return store.paths.compactMap { try? RunOverview(summary(RunFolder.open($0))) }
        .sorted { $0.created > $1.created }
    }
  }

  /// How a run stands, also with Slurm.
  static func summary(_ run: RunFolder) -> RunSummary {
    let jobs = (try? run.slurmJobs())??.jobs ?? []
    // Also where the jobs cannot be read, which it then tells.
    return RunSummary(run, queue: run.isOnSlurm ? SlurmQueue.read(jobs) : nil)
  }

  /// Removes a run of which nothing has begun, and the link to it.
  static func remove(_ run: RunFolder) throws {
    try FileManager.default.removeItem(atPath: run.path)
    guard let store = try? store() else { return }
    let link = "\(store.folder)/\(run.name)"
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == run.path {
      unlink(link)
    }
  }
}

extension ExperimentSpec {
  /// The specification with absolute paths, so that the run can be gone on with from any folder.
  func withAbsolutePaths() -> ExperimentSpec {
    func absolute(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.path
    }
    var spec = self
    // What is no path is a name of the Hugging Face cache.
    if model != Self.embeddedModel, FileManager.default.fileExists(atPath: model) {
      spec.model = absolute(model)
    }
    for index in spec.tasks.indices {
      spec.tasks[index].data = spec.tasks[index].data.map(absolute)
    }
    return spec
  }

  /// The model as `OpenModel` takes it.
  var modelPath: String? { model == Self.embeddedModel ? nil : model }
}

extension RunEnvironment {
  /// What is known of this machine, the model and the data; reads all of their bytes.
  static func describing(_ spec: ExperimentSpec) throws -> RunEnvironment {
    let model = try spec.modelPath ?? Resources.folder("vit-digits").path
    var hashes: [String: String] = [:]
    for task in spec.tasks {
      hashes[task.name] = try FileHash.sha256(
        of: task.data ?? Resources.folder("digits").path)
    }
    return RunEnvironment(
      version: Version.text, spec: spec, commandLine: CommandLine.arguments,
      modelHash: try Checkpoint.open(at: model).contentHash(), dataHashes: hashes,
      kernel: BLAS.coreName)
  }
}
