import Foundation
import Testing

/// Programs that are called as Slurm's commands are, and answer as it would.
private struct FakeSlurm {
  private let folder: TemporaryFolder
  let calls: String
  let environment: [String: String]

  /// - Parameter answers: what each command does, as lines of a shell.
  init(_ answers: [String: String]) throws {
    folder = try TemporaryFolder()
    calls = folder.path("calls")
    let ping = "case \"$1\" in ping) \(answers["ping"] ?? "exit 0") ;; esac\n"
    let config = "echo 'MaxArraySize = 4'"
    for command in ["sbatch", "squeue", "scontrol", "scancel", "sacct"] {
      let body = answers[command] ?? (command == "scontrol" ? config : "exit 0")
      let text =
        "#!/bin/sh\necho \(command) \"$@\" >>'\(calls)'\n"
        + (command == "scontrol" ? ping : "") + body + "\n"
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(command)))
      chmod(folder.path(command), 0o755)
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    environment = [
      "PATH": "\(folder.path("")):\(path)", "XDG_DATA_HOME": folder.path("data"),
      "XDG_STATE_HOME": folder.path("state"),
    ]
  }

  func run(_ arguments: String...) throws -> Program.Result {
    try? FileManager.default.removeItem(atPath: calls)
    return try Program.run(arguments, environment: environment)
  }

  /// What was called by the last command, a line each.
  var lastCalls: [String] {
    let text = (try? String(contentsOfFile: calls, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
}

@Suite struct `Slurm's answers` {
  private static let down = "echo 'Slurmctld(primary) at head is DOWN'; exit 1"

  private let folder: TemporaryFolder
  private let spec: String
  private let run: String

  init() throws {
    folder = try TemporaryFolder()
    spec = folder.path("spec.yaml")
    run = folder.path("a run")
    try Data("protocol: one-shot\nsparsities: [0.5, 0.9]\nseeds: [0]\n".utf8)
      .write(to: URL(fileURLWithPath: spec))
  }

  /// A run of which one array was submitted.
  private func submitted(_ slurm: FakeSlurm) throws {
    let result = try slurm.run("run", spec, "--output", run, "--executor", "slurm")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("submitted as job 7"))
  }

  private var jobsFile: String { "\(run)/slurm/jobs.json" }

  @Test func `a dry run needs none`() throws {
    let slurm = try FakeSlurm(["ping": Self.down])
    let result = try slurm.run("run", spec, "--executor", "slurm", "--dry-run")
    #expect(result.status == 0)
    #expect(result.output.contains("#SBATCH --array="))
    let lines = result.errors.split(separator: "\n")
    #expect(
      lines == [
        "Arrays of up to 1001 tasks are assumed. Slurmctld(primary) at head is DOWN, as scontrol "
          + "says; try again when it is back.", "Nothing was submitted.",
      ])
    #expect(slurm.lastCalls == ["scontrol ping"])
  }

  @Test func `of a controller that is down one question is enough`() throws {
    try submitted(try FakeSlurm(["sbatch": "echo 7"]))
    let slurm = try FakeSlurm(["ping": Self.down, "squeue": "sleep 9; exit 1"])
    for arguments in [["runs", "show"], ["runs", "pause"], ["runs", "resume"]] {
      let result = try slurm.run(arguments[0], arguments[1], run)
      #expect(result.errors.contains("head is DOWN"), "\(arguments)")
      #expect(slurm.lastCalls == ["scontrol ping"], "\(arguments)")
    }
    let again = try slurm.run("run", run, "--resume", "--executor", "slurm", "--dry-run")
    #expect(again.status == 0)
    #expect(again.errors.contains("no cell is taken to be"))
    #expect(slurm.lastCalls == ["scontrol ping"])
    let cancelled = try slurm.run("runs", "cancel", run, "--yes")
    #expect(cancelled.status == 1)
    #expect(cancelled.errors.contains("scancel --name="))
    #expect(slurm.lastCalls == ["scontrol ping"])
  }

  @Test func `what Slurm has cancelled is shown as cancelled`() throws {
    try submitted(try FakeSlurm(["sbatch": "echo 7"]))
    let name = "a-run"
    let answers = [
      ["squeue": "echo '7_[0-1]|CANCELLED|None|\(name)'"],
      // The controller has forgotten it.
      ["sacct": "echo '7_[0-1]|CANCELLED by 0|\(name)'"],
    ]
    for answer in answers {
      let shown = try FakeSlurm(answer).run("runs", "show", run)
      #expect(shown.output.contains("cancelled"), "\(shown)")
    }
    let result = try FakeSlurm(["sacct": "echo disabled >&2; exit 1"]).run("runs", "show", run)
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output.contains("waiting") && !result.output.contains("cancelled"))
    #expect(result.output.contains("repeat    sparsescope run '\(run)/spec.yaml'"))
  }

  @Test func `a damaged list of what was submitted is set aside when nothing is queued`() throws {
    try submitted(try FakeSlurm(["sbatch": "echo 7"]))
    let damage = Data("{\"name\":".utf8)
    try damage.write(to: URL(fileURLWithPath: jobsFile))
    func resume(_ slurm: FakeSlurm) throws -> Program.Result {
      try slurm.run("run", run, "--resume", "--executor", "slurm")
    }
    let queued = try resume(try FakeSlurm(["squeue": "echo 7", "sbatch": "echo 8"]))
    #expect(queued.status == 1)
    #expect(queued.errors.contains("jobs.json is damaged, and Slurm still has jobs"))
    #expect(queued.errors.contains("`scancel --name="))
    let silent = try resume(try FakeSlurm(["ping": Self.down, "sbatch": "echo 8"]))
    #expect(silent.status == 1)
    #expect(silent.errors.contains("whether cells are still queued is not known"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: jobsFile)) == damage)

    let slurm = try FakeSlurm(["sbatch": "echo 8"])
    let resumed = try resume(slurm)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("submitted as job 8"))
    #expect(resumed.output.contains("kept as \(jobsFile).damaged"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(jobsFile).damaged")) == damage)
    #expect(try String(contentsOfFile: jobsFile, encoding: .utf8).contains("\"job\":8"))
  }
}
