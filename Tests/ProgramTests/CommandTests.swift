import Foundation
import Testing

@Suite struct `inspect` {
  @Test func `prints the keys that others rely on`() throws {
    let report = try Program.json("inspect", "--sparsity", "0.5")
    #expect(report["family"] as? String == "vit")
    let prunable = try #require(report["prunable"] as? [String: Any])
    #expect(prunable["matrices"] as? Int == 24)
    #expect(prunable["weights"] as? Int == 196_608)
    let sparsity = try #require(report["sparsity"] as? [String: Any])
    #expect(sparsity["target"] as? Double == 0.5)
    #expect(sparsity["pruned"] as? Int == 98_304)
    for key in ["achieved", "threshold", "of_model"] { #expect(sparsity[key] is Double) }
    let matrices = try #require(report["matrices"] as? [[String: Any]])
    let keys = [
      "name", "shape", "dtype", "weights", "zeros", "mean", "std", "max", "pruned", "sparsity",
    ]
    for key in keys { #expect(matrices[0][key] != nil, "\(key)") }
    #expect(matrices.reduce(0) { $0 + ($1["pruned"] as? Int ?? 0) } == 98_304)
  }

  @Test func `leaves matrices out`() throws {
    let report = try Program.json("inspect", "--sparsity", "0.5", "--exclude", "attention")
    let matrices = try #require(report["matrices"] as? [[String: Any]])
    for matrix in matrices where (matrix["name"] as? String ?? "").contains("attention") {
      #expect(matrix["pruned"] as? Int == 0)
    }
  }

  @Test func `names what does not fit between the files and the model`() throws {
    let folder = try TemporaryFolder()
    let model = folder.path("model")
    _ = try Program.run(["prune", "--sparsity", "0", "--output", model])
    // A name of the same length, so that the header's length still holds.
    var weights = try Data(contentsOf: URL(fileURLWithPath: model + "/model.safetensors"))
    let name = try #require(weights.range(of: Data("classifier.weight".utf8)))
    weights.replaceSubrange(name, with: Data("clazzifier.weight".utf8))
    try weights.write(to: URL(fileURLWithPath: model + "/model.safetensors"))

    let loading = try #require(try Program.json("inspect", model)["loading"] as? [String: Any])
    #expect(loading["runs"] as? Bool == true)
    #expect(loading["fresh"] as? [String] == ["classifier.weight"])
    #expect(loading["unused"] as? [String] == ["clazzifier.weight"])
    let evaluation = try Program.run(["evaluate", model])
    #expect(evaluation.errors.contains("the head is fresh: the files lack classifier.weight"))
  }

  @Test(arguments: [
    (["inspect", "--sparsity", "-0.5"], "from 0 to 1"),
    (["evaluate", "--sparsity", "0,-50%"], "from 0 to 1"),
    (["evaluate", "--sparsity", "-.5"], "from 0 to 1"),
    (["evaluate", "--activation-memory", "-3"], "from 0 to 1000000 megabytes"),
    (["evaluate", "--tolerance", "-1"], "between 0 and 1"),
    (["inspect", "--seed", "-1"], "from 0 to 18446744073709551615"),
    (["runs", "set", "a", "--nice", "-1"], "from 0 to 19"),
    (["evaluate", "--limit", "--json"], "Missing value for '--limit <limit>'"),
    (["inspect", "--json", "-3"], "does not take any value"),
    (["inspect", "--", "--limit", "-3"], "-3"),
  ])
  func `of a negative number it is told what is allowed`(arguments: [String], words: String) throws
  {
    let result = try Program.run(arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")))
  func `counts the processors that it is bound to`() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/taskset")
    process.arguments = ["-c", "0", Program.url.path, "evaluate", "--help"]
    let output = Pipe.unshared()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let workers = try #require(text.split(separator: "--workers").last)
    #expect(workers.prefix(200).contains("(default: 1)"), "\(workers.prefix(200))")
  }

  @Test(arguments: [
    ["--sparsity", "64"], ["--sparsity", "nan"], ["--sparsity=-0.1"], ["--method", "5:4"],
    ["--method", "2:0"], ["--scope", "layer"], ["--exclude", "nonesuch"],
    ["--method", "2:4", "--sparsity", "0.9"],
  ])
  func `refuses wrong usage by the option's name`(arguments: [String]) throws {
    let result = try Program.run(["inspect"] + arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(arguments[0].prefix { $0 != "=" }))
    #expect(result.output.isEmpty)
  }
}

@Suite struct `prune` {
  @Test func `writes a folder in which exactly the removed weights are zero`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("pruned")
    let result = try Program.run(["prune", "--sparsity", "0.6", "--output", output])
    #expect(result.status == 0, "\(result.errors)")
    let report = try Program.json("inspect", output)
    let matrices = try #require(report["matrices"] as? [[String: Any]])
    #expect(matrices.reduce(0) { $0 + ($1["zeros"] as? Int ?? 0) } == 117_965)
    #expect(FileManager.default.fileExists(atPath: output + "/config.json"))
    #expect(FileManager.default.fileExists(atPath: output + "/preprocessor_config.json"))
  }

  @Test func `refuses a folder that is not empty, and leaves it alone`() throws {
    let folder = try TemporaryFolder()
    try "mine".write(toFile: folder.path("file"), atomically: true, encoding: .utf8)
    let result = try Program.run(["prune", "--sparsity", "0.6", "--output", folder.url.path])
    #expect(result.status == 1)
    #expect(result.errors.contains(folder.url.path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
  }

  @Test func `asks for a level`() throws {
    let result = try Program.run(["prune", "--output", "/nowhere/pruned"])
    #expect(result.status == 2)
    #expect(result.errors.contains("--sparsity"))
  }
}

@Suite struct `evaluate` {
  @Test func `measures the embedded model as it was published`() throws {
    let report = try Program.json("evaluate", "--sparsity", "0,0.5,0.9")
    let points = try #require(report["points"] as? [[String: Any]])
    #expect(points.map { $0["examples"] as? Int } == [450, 450, 450])
    let accuracies = points.map { ($0["metrics"] as? [String: Double])?["accuracy"] ?? 0 }
    #expect(accuracies[0] >= 0.955)
    #expect(accuracies[1] >= accuracies[0] - 0.01)
    #expect(accuracies[2] < 0.7)
    for key in ["sparsity", "achieved", "pruned", "interval", "seconds"] {
      #expect(points[0][key] != nil, "\(key)")
    }
  }

  @Test func `gives the same for any number of workers`() throws {
    let scores = try [1, 2, 3].map { workers in
      let report = try Program.json(
        "evaluate", "--sparsity", "0.85", "--workers", "\(workers)", "--limit", "100")
      let points = try #require(report["points"] as? [[String: Any]])
      return (points[0]["metrics"] as? [String: Double])?["accuracy"]
    }
    #expect(Set(scores).count == 1)
  }

  @Test(arguments: [
    ["--stride", "4"], ["--windows", "sliding"], ["--shots=-1"], ["--window", "1"],
    ["--predictions", "/nowhere/file.json"], ["--task", "mmlu"],
  ])
  func `refuses wrong usage by the option's name`(arguments: [String]) throws {
    let result = try Program.run(["evaluate"] + arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(arguments[0].prefix { $0 != "=" }))
  }

  @Test func `says before it measures that a task has no predictions to write`() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(["evaluate", "--predictions", folder.path("file.tsv")])
    #expect(result.status == 1)
    #expect(result.errors.contains("--predictions"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("file.tsv")))
  }

  @Test func `says why a model cannot be evaluated`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("pruned")
    _ = try Program.run(["prune", "--sparsity", "0.1", "--output", output])
    try #"{"model_type": "t5"}"#.write(
      toFile: output + "/config.json", atomically: true, encoding: .utf8)
    let result = try Program.run(["evaluate", output])
    #expect(result.status == 1)
    #expect(result.errors.contains("t5"))
  }
}

@Suite struct `Without a terminal` {
  @Test func `the explorer says what to do instead`() throws {
    let result = try Program.run([])
    #expect(result.status == 1)
    #expect(result.errors.contains("--once"))
  }

  @Test func `what was measured is there at once when a model is opened again`() throws {
    let folder = try TemporaryFolder()
    let index = folder.path("data/sparsescope/index.sqlite")
    let environment = ["XDG_DATA_HOME": folder.path("data")]
    func frame(_ options: String...) throws -> String {
      try Program.run(["--once"] + options, environment: environment).output
    }
    let anew = try frame("--no-cache")
    #expect(!FileManager.default.fileExists(atPath: index))
    let first = try frame()
    #expect(FileManager.default.fileExists(atPath: index))
    #expect(try frame() == first)
    #expect(first == anew)
  }

  @Test func `one frame is text of the size that was asked for`() throws {
    let result = try Program.run(
      ["--once", "--size", "80x24"], environment: ["LC_ALL": "C.UTF-8"])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.filter { !$0.isEmpty }.count == 24)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(!result.output.contains("\u{1b}"))
    #expect(result.output.contains("▲ essential"))
  }

  @Test func `themes are listed, and a broken file is named`() throws {
    let folder = try TemporaryFolder()
    try "palette: 3".write(toFile: folder.path("broken.yaml"), atomically: true, encoding: .utf8)
    let result = try Program.run(["themes", "--theme-folder", folder.url.path])
    #expect(result.status == 0)
    #expect(result.output.contains("okabe-ito"))
    #expect(result.errors.contains("broken.yaml"))
  }
}
