import ArgumentParser
import Runs

/// Where the cells of an experiment are run.
enum ExecutorName: String, ExpressibleByArgument, CaseIterable {
  /// This process, or one that it starts.
  case local
  case slurm
}

/// How Slurm is to run an experiment; each wins over the same setting below `slurm` in its file.
struct SlurmOptions: ParsableArguments {
  @Option(help: "Where to run the cells: local, or slurm (one array task for each).")
  var executor = ExecutorName.local

  @Option(help: ArgumentHelp("Slurm: the partition.", valueName: "name"))
  var partition: String?

  @Option(
    help: ArgumentHelp(
      "Slurm: the time limit of a cell, such as 90 (minutes) or 1-12:00:00; before it is up the cell "
        + "is saved and queued again.", valueName: "limit"))
  var time: String?

  @Option(help: ArgumentHelp("Slurm: processors of a cell.", valueName: "number"))
  var cpus: Int?

  @Option(help: ArgumentHelp("Slurm: memory of a cell, such as 16G.", valueName: "size"))
  var memory: String?

  @Option(help: ArgumentHelp("Slurm: cells of an array that run at a time.", valueName: "number"))
  var arrayLimit: Int?

  @Option(help: ArgumentHelp("Slurm: the account.", valueName: "name"))
  var account: String?

  @Option(help: ArgumentHelp("Slurm: the quality of service.", valueName: "name"))
  var qos: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Slurm: a further option of sbatch, such as \"--constraint=zen4\"; repeatable.",
      valueName: "option"))
  var sbatch: [String] = []

  @Option(
    help: ArgumentHelp(
      "Slurm: how often a cell that has failed is run again; 1 by default.", valueName: "number"))
  var retries: Int?

  @Flag(help: "Slurm: print the batch scripts and their tables, and do nothing.")
  var dryRun = false

  /// What the options say; nil where they leave it open.
  var settings: SlurmSettings {
    var settings = SlurmSettings()
    settings.partition = partition
    settings.time = time
    settings.cpus = cpus
    settings.memory = memory
    settings.arrayLimit = arrayLimit
    settings.account = account
    settings.qos = qos
    settings.directives = sbatch.isEmpty ? nil : sbatch
    settings.retries = retries
    return settings
  }

  func validate() throws {
    guard executor == .slurm || (settings == SlurmSettings() && !dryRun) else {
      throw ValidationError(
        "--partition, --time, --cpus, --memory, --array-limit, --account, --qos, --sbatch, --retries "
          + "and --dry-run are for --executor slurm; add it.")
    }
    do {
      try settings.validate()
    } catch {
      let name = error.setting == .directives ? "sbatch" : error.setting.rawValue
      throw ValidationError("--\(name.replacing("_", with: "-")) \(error.reason)")
    }
  }
}

/// What a batch script tells the program of the task that it is.
struct SlurmTaskOptions: ParsableArguments {
  @Flag(help: .hidden)
  var slurmTask = false

  /// Failures of the cell in all with which it is still run again.
  @Option(help: .hidden)
  var mostFailures = 0

  /// The signal that has ended the program.
  @Option(help: .hidden)
  var killed: Int32?
}
