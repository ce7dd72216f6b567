import Experiments
import Runs
import Testing

@Suite struct `A specification` {
  private func parse(_ text: String) throws -> ExperimentSpec {
    try SpecFile.parse(text, file: "spec.yaml")
  }

  private func refusal(_ text: String) -> String {
    do {
      _ = try parse(text)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func `says what it leaves out by defaults`() throws {
    let spec = try parse("task: sst2\ndata: glue/SST-2\n")
    #expect(spec.protocol == .oneShot)
    #expect(spec.tasks == [TaskSpec(name: "sst2", data: "glue/SST-2")])
    #expect(spec.sparsities.count == 10)
    #expect(spec.training == TrainingSettings())
  }

  @Test(arguments: [
    ("0..0.9 by 0.1", [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
    ("[0, 50%, 0.7, 90 %]", [0, 50, 70, 90]), ("0%..30% by 10%", [0, 10, 20, 30]),
    ("0.5", [50]), ("[0, 0.5..0.7 by 0.1]", [0, 50, 60, 70]), ("[0.9, 0]", [0, 90]),
  ])
  func `takes levels as people write them`(text: String, percents: [Int]) throws {
    let spec = try parse("sparsities: \(text)")
    #expect(spec.sparsities == percents.map { SparsityLevel(percent: $0) })
  }

  @Test func `takes an N:M pattern for a pattern, which YAML would take for a time`() throws {
    let spec = try parse("methods: [2:4, magnitude-matrix, erk]")
    #expect(
      spec.methods == [
        .pattern(NMPattern(n: 2, m: 4)), .magnitude(.matrix), .random(.erk),
      ])
  }

  @Test(arguments: [
    ("sparsitys: [0]", "`sparsitys` is no known key; did you mean `sparsities`?"),
    ("training: {epoch: 3}", "`training.epoch` is no known key; did you mean `epochs`?"),
    ("training: {epochs: many}", "`training.epochs` is \"many\"; it must be a number."),
    ("training: {epochs: [1]}", "`training.epochs` is a list; it must be a number."),
    ("training: {batch_size: 0}", "`training.batch_size` is 0; it must be at least 1."),
    ("training: {batch_size: 1.5}", "`training.batch_size` is \"1.5\""),
    ("training: {learning_rate: nan}", "`training.learning_rate` is \"nan\""),
    ("training: 3", "`training` is a single value; it must have keys and values."),
    ("protocol: one-shoot", "`protocol` is \"one-shoot\"; did you mean one-shot?"),
    ("methods: [magnitude, wanda]", "`methods[1]` is \"wanda\""),
    ("methods: [magnitude, magnitude-global]", "`methods` has magnitude-global twice."),
    ("sparsities: [0, 50]", "`sparsities[1]` is \"50\""),
    ("sparsities: 0..0.9", "`sparsities` is \"0..0.9\""),
    ("sparsities: []", "`sparsities` is empty"),
    ("seeds: [-1]", "`seeds[0]` is \"-1\""),
    ("tolerance: 200%", "`tolerance` is 2.0; it must be from 0.0 to 1.0."),
    ("tasks: [{data: x}]", "`tasks[0].name` is missing."),
    ("tasks: [rte]\ndata: x", "`data` cannot stand beside `tasks`"),
    ("tasks: [rte, rte]", "`tasks` has rte twice."),
    ("name: ../elsewhere", "`name` is \"../elsewhere\""),
    ("lottery: {rounds: 3}", "`lottery` is for `protocol: lottery-ticket`"),
    ("protocol: lottery-ticket\nsparsities: [0]", "`sparsities` has no meaning"),
    ("protocol: lottery-ticket\nlottery: {rounds: 11}", "`lottery.rounds` is 11"),
    ("protocol: lottery-ticket\nmethods: 2:4", "`methods` has 2:4"),
    ("model: [a", "not YAML"), ("", "it is empty"), ("- a", "must have keys and values"),
    ("limit: 1\nlimit: 2", "limit"),
  ])
  func `is refused by the name of what is wrong`(text: String, message: String) {
    let refusal = refusal(text)
    #expect(refusal.hasPrefix("spec.yaml: "))
    #expect(refusal.contains(message), "\(refusal)")
  }

  @Test func `reads back as it was written`() throws {
    var lottery = ExperimentSpec()
    lottery.protocol = .lotteryTicket
    lottery.name = "tickets"
    lottery.lottery.rounds = 4
    lottery.lottery.portion = 0.2
    lottery.lottery.of = .remaining
    lottery.lottery.epochsPerRound = 0.5
    lottery.sparsities = ExperimentSpec().sparsities
    var full = ExperimentSpec()
    full.model = "my models/a \"b\": é"
    full.tasks = [
      TaskSpec(name: "rte", data: "/data/RTE", trainSplit: "train", split: "dev"),
      TaskSpec(name: "no"),
    ]
    full.methods = [.pattern(NMPattern(n: 2, m: 4)), .random(.uniform)]
    full.sparsities = [SparsityLevel(millionths: 1), SparsityLevel(0.215)]
    full.seeds = [0, .max]
    full.exclude = ["layer.0.", "~"]
    full.training.learningRate = 2e-5
    full.training.epochs = 1.5
    full.training.dropout = 0.1
    full.limit = 100
    full.workers = 2
    for spec in [ExperimentSpec(), lottery, full] {
      let text = SpecFile.text(of: spec)
      #expect(try parse(text) == spec, "\(text)")
      #expect(SpecFile.text(of: try parse(text)) == text)
    }
  }
}
