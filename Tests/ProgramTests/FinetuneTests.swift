import Foundation
import Testing

@Suite struct `finetune` {
  @Test func `trains under a mask and leaves a model whose pruned weights are zero`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("run")
    let report = try Program.json(
      "finetune", "--sparsity", "0.5", "--max-steps", "3", "--output", output)
    #expect(report["global_step"] as? Int == 3)
    #expect(report["pruned"] as? Int == 98_304)
    #expect(report["revived"] as? Int == 0)
    #expect(report["eval_samples"] as? Int == 450)
    #expect((report["eval_accuracy"] as? Double ?? 0) > 0.9)
    #expect(FileManager.default.fileExists(atPath: "\(output)/all_results.json"))

    let inspection = try Program.json("inspect", "\(output)/checkpoint-3")
    let matrices = try #require(inspection["matrices"] as? [[String: Any]])
    #expect(matrices.reduce(0) { $0 + ($1["zeros"] as? Int ?? 0) } == 98_304)
  }

  @Test func `saves when it is interrupted, and says how to go on`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("run")
    let process = Process()
    process.executableURL = Program.url
    process.arguments = [
      "finetune", "--epochs", "5000", "--save-every", "1", "--output", output,
    ]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    func checkpoints() -> [String] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
      return names.filter { $0.hasPrefix("checkpoint-") }
    }
    for _ in 0..<500 where checkpoints().isEmpty { Thread.sleep(forTimeInterval: 0.02) }
    process.interrupt()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(String(decoding: complaints, as: UTF8.self).contains("--resume"))
    let left = try FileManager.default.contentsOfDirectory(atPath: output)
    #expect(!checkpoints().isEmpty)
    #expect(!left.contains { $0.hasPrefix(".") })
  }

  @Test func `refuses a folder that is not empty, and one without a checkpoint`() throws {
    let folder = try TemporaryFolder()
    try "mine".write(toFile: folder.path("file"), atomically: true, encoding: .utf8)
    let full = try Program.run(["finetune", "--max-steps", "1", "--output", folder.url.path])
    #expect(full.status == 1)
    #expect(full.errors.contains("--overwrite-output-dir"))
    let resumed = try Program.run(
      ["finetune", "--max-steps", "1", "--resume", "--output", folder.url.path])
    #expect(resumed.status == 1)
    #expect(resumed.errors.contains("no checkpoint"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
  }

  @Test(arguments: [
    ["--task", "nonesuch"], ["--task", "sst2"], ["--batch-size", "0"], ["--dropout", "1"],
    ["--learning-rate", "nan"], ["--epochs", "0"],
  ])
  func `refuses wrong usage by the option's name`(arguments: [String]) throws {
    let result = try Program.run(["finetune", "--output", "/nonexistent/run"] + arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(arguments[0]))
  }
}
