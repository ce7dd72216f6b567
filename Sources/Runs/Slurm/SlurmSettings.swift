/// How Slurm is to run the cells of an experiment; what they measure does not depend on it.
package struct SlurmSettings: Sendable, Hashable, Codable {
  /// Where to run; nil for the cluster's default, as for all that follow.
  package var partition: String?
  /// The limit of one task, in a form that `sbatch --time` takes, such as `90` or `1-12:00:00`.
  package var time: String?
  /// Processors of one task, and the threads that it computes on.
  package var cpus: Int?
  /// Memory of one task, such as `16G`.
  package var memory: String?
  /// Tasks of an array that may run at a time.
  package var arrayLimit: Int?
  package var account: String?
  package var qos: String?
  /// Further options of `sbatch`, such as `--constraint=zen4`.
  package var directives: [String]?
  /// How often a cell that has failed is run again; nil for once.
  package var retries: Int?

  package init() {}

  package static let defaultRetries = 1

  /// These settings, and those of another where these say nothing.
  package func over(_ other: SlurmSettings) -> SlurmSettings {
    var merged = self
    merged.partition = partition ?? other.partition
    merged.time = time ?? other.time
    merged.cpus = cpus ?? other.cpus
    merged.memory = memory ?? other.memory
    merged.arrayLimit = arrayLimit ?? other.arrayLimit
    merged.account = account ?? other.account
    merged.qos = qos ?? other.qos
    merged.directives = directives ?? other.directives
    merged.retries = retries ?? other.retries
    return merged
  }
}

// MARK: Checking

extension SlurmSettings {
  /// What is wrong with a setting.
  package struct Problem: Error, Sendable, Hashable {
    package enum Setting: String, Sendable, Hashable {
      case partition, time, cpus, memory, account, qos, directives, retries
      case arrayLimit = "array_limit"
    }

    package var setting: Setting
    /// The rest of a sentence that begins with the setting.
    package var reason: String
  }

  /// Options of `sbatch` that the program itself gives, because it relies on them.
  private static let ownOptions = [
    "array", "dependency", "job-name", "output", "error", "open-mode", "requeue", "no-requeue",
    "signal", "parsable", "wrap", "wait", "test-only", "chdir", "time", "cpus-per-task",
  ]
  private static let ownLetters = "adJoeWDtc"

  package func validate() throws(Problem) {
    let words: [(Problem.Setting, String?)] = [
      (.partition, partition), (.memory, memory), (.account, account), (.qos, qos),
    ]
    for (setting, word) in words {
      guard let word else { continue }
      if word.wholeMatch(of: /[A-Za-z0-9_.,:@+\/-]+/) == nil {
        throw Problem(setting: setting, reason: "is \"\(word)\"; write one word.")
      }
    }
    if let time, Self.seconds(of: time) == nil {
      throw Problem(
        setting: .time,
        reason:
          "is \"\(time)\"; write minutes, or days, hours, minutes and seconds as in 1-12:00:00."
      )
    }
    try require(cpus, 1...65_536, .cpus)
    try require(arrayLimit, 1...1_000_000, .arrayLimit)
    try require(retries, 0...100, .retries)
    for directive in directives ?? [] { try Self.validate(directive) }
  }

  private func require(
    _ value: Int?, _ range: ClosedRange<Int>, _ setting: Problem.Setting
  ) throws(Problem) {
    guard let value, !range.contains(value) else { return }
    throw Problem(
      setting: setting,
      reason: "is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
  }

  private static func validate(_ directive: String) throws(Problem) {
    guard directive.hasPrefix("-"), directive.count > 1, !directive.contains(where: \.isNewline)
    else {
      throw Problem(
        setting: .directives,
        reason: "has \"\(directive)\"; write an option of sbatch, such as --constraint=zen4.")
    }
    let name = directive.drop { $0 == "-" }.prefix { $0 != "=" && $0 != " " }
    let isOwn =
      directive.hasPrefix("--")
      ? ownOptions.contains(String(name)) : name.first.map(ownLetters.contains) ?? true
    if isOwn {
      throw Problem(
        setting: .directives,
        reason: "has \(directive), which the program sets itself; leave it out."
      )
    }
  }

  /// The seconds of a time limit as `sbatch` reads it; nil where it cannot.
  ///
  /// Minutes, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` and
  /// `days-hours:minutes:seconds`. Source: the manual page of sbatch, `--time`.
  static func seconds(of text: String) -> Int? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    let parts = halves.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    let numbers = parts.compactMap { $0.count <= 6 ? UInt32($0).map(Int.init) : nil }
    guard numbers.count == parts.count, (1...3).contains(parts.count) else { return nil }
    func sum(_ units: [Int]) -> Int { zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 } }
    switch halves.count {
    case 1:
      let seconds = sum(numbers.count == 3 ? [3600, 60, 1] : [60, 1])
      return seconds > 0 ? seconds : nil
    case 2:
      guard halves[0].count <= 4, let days = UInt32(halves[0]) else { return nil }
      let seconds = Int(days) * 86_400 + sum([3600, 60, 1])
      return seconds > 0 ? seconds : nil
    default: return nil
    }
  }

  /// Seconds before the time is up at which a task is told to save: a quarter of a short limit.
  var warningSeconds: Int {
    guard let time, let limit = Self.seconds(of: time) else { return 90 }
    return min(90, max(10, limit / 4))
  }
}
