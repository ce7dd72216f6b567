import Experiments

/// What `squeue` says of jobs at one moment: one call for all of them.
package struct SlurmQueue: Sendable, Hashable {
  private struct Array: Sendable, Hashable {
    var name: String
    var tasks: [Int: SlurmTask] = [:]
  }

  private var arrays: [Int: Array] = [:]
  /// Why nothing is known, in one sentence; nil where the answer counts.
  package var problem: String?

  package init() {}

  /// Asks Slurm.
  ///
  /// - Parameter jobs: the arrays' numbers; nobody is asked for none.
  /// - Returns: never throws, because who shows runs has more to show.
  package static func read(_ jobs: some Sequence<Int>, seconds: Int = 10) -> SlurmQueue {
    var queue = SlurmQueue()
    do {
      queue = try ask(jobs, seconds: seconds)
      // A controller remembers a job for some minutes.
      queue.take(SlurmAccounting.lines(of: Set(jobs).subtracting(queue.arrays.keys)))
    } catch {
      queue.problem = "How Slurm's tasks stand is not known: \(error)"
    }
    return queue
  }

  /// - Throws: `SlurmError` where there is no answer.
  static func ask(_ jobs: some Sequence<Int>, seconds: Int = 10) throws(SlurmError) -> SlurmQueue {
    let numbers = Set(jobs).sorted().map(String.init).joined(separator: ",")
    guard !numbers.isEmpty else { return SlurmQueue() }
    let output = try SlurmController.ask { () throws(SlurmError) in
      try SlurmCommand.run(
        "squeue",
        ["--noheader", "--states=all", "--format=%i|%T|%r|%j", "--jobs=\(numbers)"],
        seconds: seconds, environment: variables)
    }
    // Of a single job that it has forgotten it says that there is none.
    guard output.status == 0 || output.errors.contains("Invalid job id") else {
      throw .refused(command: "squeue", reason: SlurmCommand.reason(output.errors))
    }
    return SlurmQueue(parsing: output.text)
  }

  /// A long list of tasks must not end in dots, and nothing a person likes to see less of be left out.
  private static let variables: [String: String?] = {
    let choices = [
      "ACCOUNT", "FORMAT", "FORMAT2", "NAMES", "PARTITION", "QOS", "STATES", "USERS",
    ]
    return Dictionary(uniqueKeysWithValues: choices.map { ("SQUEUE_\($0)", nil) })
      .merging(["SLURM_BITSTR_LEN": "0"]) { $1 }
  }()

  /// The numbers of the jobs of a name, anybody's, that have not ended yet.
  ///
  /// - Throws: `SlurmError` where there is no answer.
  static func activeJobs(named name: String) throws(SlurmError) -> [Int] {
    let text = try SlurmController.ask { () throws(SlurmError) in
      try SlurmCommand.answer(
        "squeue", ["--noheader", "--all", "--format=%F", "--name=\(name)"], seconds: 10,
        environment: variables)
    }
    return Set(text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }).sorted()
  }

  /// Reads lines of `JOB_TASKS|STATE|REASON|NAME`; what is of no array is passed over.
  package init(parsing text: String) { take(text) }

  private mutating func take(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        .map(String.init)
      guard fields.count == 4, let (job, indices) = Self.tasks(fields[0]) else { continue }
      for index in indices {
        arrays[job, default: Array(name: fields[3])].tasks[index] = SlurmTask(
          job: job, index: index, state: fields[1], reason: fields[2])
      }
    }
  }

  /// The array and the tasks that an identifier stands for: `123_4`, `123_[4-7,9%2]`,
  /// `123_[0-8:4]`; nil for a job that is no array.
  static func tasks(_ identifier: String) -> (job: Int, indices: [Int])? {
    let parts = identifier.split(separator: "_", maxSplits: 1)
    guard parts.count == 2, let job = Int(parts[0]) else { return nil }
    var list = parts[1]
    if let index = Int(list) { return (job, [index]) }
    guard list.hasPrefix("["), list.hasSuffix("]") else { return nil }
    list = list.dropFirst().dropLast()
    // What stands behind the percent sign is how many may run at a time.
    list = list.prefix { $0 != "%" }
    var indices: [Int] = []
    for item in list.split(separator: ",") {
      guard let match = item.wholeMatch(of: /(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?/),
        let first = Int(match.1)
      else { continue }
      let last = match.2.flatMap { Int($0) } ?? first
      let step = match.3.flatMap { Int($0) } ?? 1
      guard first <= last, step > 0, last - first < ExperimentSpec.mostCells else { continue }
      indices += stride(from: first, through: last, by: step)
    }
    return (job, indices)
  }

  /// Tasks as Slurm's commands take them: `0-3,7`.
  static func ranges(_ indices: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for index in Set(indices).sorted() {
      if let last = ranges.last, last.upperBound + 1 == index {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }

  /// The tasks of a run's cells, each cell's latest one; what Slurm has forgotten is left out.
  package func tasks(of jobs: SlurmJobs) -> [ExperimentCell.ID: SlurmTask] {
    var tasks: [ExperimentCell.ID: SlurmTask] = [:]
    for submission in jobs.submissions {
      // A number that is another's by now has another name.
      let known = arrays[submission.job].flatMap { $0.name == jobs.name ? $0 : nil }
      for (index, cell) in submission.cells.enumerated() { tasks[cell] = known?.tasks[index] }
    }
    return tasks
  }
}

/// How many of a run's cells Slurm has, for a line in a list.
package struct SlurmCounts: Sendable, Hashable, Codable {
  package var queued = 0
  package var running = 0
  /// Of the first that is queued, such as `queued (Resources)`.
  package var words: String?

  /// nil where Slurm has none of them any more.
  init?(_ tasks: some Sequence<SlurmTask>) {
    for task in tasks {
      if task.isQueued {
        queued += 1
        words = words ?? task.words
      }
      if task.isRunning { running += 1 }
    }
    if queued + running == 0 { return nil }
  }

  /// `12 queued (Priority), 3 running`.
  package var text: String {
    let parts = [
      queued > 0 ? "\(queued) \(words ?? "queued")" : nil, running > 0 ? "\(running) running" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }
}
