import Experiments
import Foundation
import Runs
import Testing

/// Experiments on the embedded model, small enough for a test: a few steps on a part of the digits.
@Suite(.serialized) struct `Experiments` {
  private static let training = """
    training: {max_steps: 5, save_every: 2, batch_size: 32, limit: 128, learning_rate: 0.001}
    """

  @Test(arguments: [
    "protocol: one-shot\nmethods: [magnitude, \"2:4\"]\nsparsities: [0, 0.7]",
    "protocol: lottery-ticket\nlottery: {rounds: 2, portion: 0.4, rewind_step: 1}",
    "protocol: post-fine-tuning\nmethods: [random]\nsparsities: [0.5]",
    "protocol: gradual\nsparsities: [0.8]",
  ]) func `whatever kills a run, it ends with the results of one that was left alone`(
    spec: String
  ) throws {
    let folder = try TemporaryFolder()
    let file = folder.path("spec.yaml")
    try (spec + "\n" + Self.training + "\n").write(
      toFile: file, atomically: true, encoding: .utf8)
    let quiet = folder.path("quiet")
    let undisturbed = try Program.run(["run", file, "--output", quiet], environment: folder.home)
    #expect(undisturbed.status == 0, "\(undisturbed.errors)")

    let killed = folder.path("killed")
    var arguments = ["run", file, "--output", killed]
    var kills = 0
    for attempt in 0..<12 {
      // The first kill comes as soon as a cell has begun, and so never too late.
      let milliseconds = attempt == 0 ? 0 : Int.random(in: 0...400)
      let isKilled = try Program.kill(arguments, milliseconds: milliseconds, home: folder.home) {
        let begun = try? FileManager.default.contentsOfDirectory(atPath: killed + "/events")
        return begun?.isEmpty == false
      }
      if isKilled { kills += 1 }
      arguments = ["run", killed, "--resume"]
    }
    let last = try Program.run(arguments, environment: folder.home)
    #expect(last.status == 0, "\(last.errors)")
    #expect(kills > 0)

    let (expected, found) = (try RunFolder.open(quiet), try RunFolder.open(killed))
    #expect(found.finishedCells == Set(expected.spec.cells.map(\.id)))
    for cell in expected.spec.cells {
      let (mine, theirs) = (try expected.result(of: cell.id), try found.result(of: cell.id))
      #expect(mine?.point == theirs?.point, "\(cell.id)")
      #expect(mine?.steps == theirs?.steps)
      #expect(
        FileManager.default.contents(atPath: expected.maskFile("\(cell.id).safetensors"))
          == FileManager.default.contents(atPath: found.maskFile("\(cell.id).safetensors")))
      #expect((mine?.point == nil) == !cell.hasPoint)
    }
    // A cell that is finished is never begun again.
    for cell in expected.spec.cells {
      var tail = EventTail(path: found.eventFile(of: cell.id))
      let kinds = tail.read().map(\.kind.name)
      #expect(kinds.firstIndex(of: "finished") == kinds.indices.last, "\(cell.id): \(kinds)")
    }
  }

  @Test func `pruned weights stay zero through the training, in the counts that were asked for`()
    throws
  {
    let folder = try TemporaryFolder()
    let output = folder.path("out")
    let result = try Program.run(
      [
        "finetune", "--task", "digits", "--sparsity", "0.8", "--max-steps", "4", "--output", output,
        "--limit-train", "128",
      ], environment: folder.home)
    #expect(result.status == 0, "\(result.errors)")
    let report = try Program.json("inspect", output + "/checkpoint-4")
    let matrices = try #require(report["matrices"] as? [[String: Any]])
    #expect(matrices.reduce(0) { $0 + ($1["zeros"] as? Int ?? 0) } == 157_286)
  }

  @Test func `the paper's experiments are listed, and demos run by name`() throws {
    let folder = try TemporaryFolder()
    let list = try Program.run(["reproduce", "--list"])
    for name in ["mask-map", "bert-essential", "lottery-difference", "vicuna-mmlu"] {
      #expect(list.output.contains(name))
    }
    let map = try Program.run(["reproduce", "mask-map", "--scale", "demo", "--json"])
    #expect(map.output.contains("\"pruned\" : 42271"), "\(map.output)")
    let refused = try Program.run(["reproduce", "pretraining-data"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("pre-training"))
    let data = try Program.run(["reproduce", "bert-essential", "--model", folder.path("none")])
    #expect(data.status == 1)
  }

  @Test func `a mistake is told before a folder is made`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("spec.yaml")
    try "protocol: one-shot\ntask: sst2\n".write(toFile: file, atomically: true, encoding: .utf8)
    let result = try Program.run(
      ["run", file, "--output", folder.path("run")], environment: folder.home)
    #expect(result.status == 1)
    #expect(result.errors.contains("data"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
  }
}

extension TemporaryFolder {
  /// An environment whose runs are kept in this folder.
  var home: [String: String] { ["XDG_DATA_HOME": path("data"), "XDG_STATE_HOME": path("state")] }
}

extension Program {
  /// Runs a command, waits until it has begun its work, and kills it some milliseconds later.
  ///
  /// - Returns: whether it was still running.
  static func kill(
    _ arguments: [String], milliseconds: Int, home: [String: String], hasBegun: () -> Bool
  ) throws -> Bool {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(home) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !hasBegun() { Thread.sleep(forTimeInterval: 0.005) }
    Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
    let isRunning = process.isRunning
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return isRunning
  }
}
