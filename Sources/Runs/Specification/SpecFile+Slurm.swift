import Experiments

extension SpecFile {
  /// What stands under `slurm` in a file: how it is to be run, apart from what it measures.
  ///
  /// - Throws: `SpecFileError` where the file cannot be read, or says what cannot be.
  package static func slurmSettings(_ path: String) throws(SpecFileError) -> SlurmSettings {
    let node = try compose(try text(ofFile: path), file: path)
    do throws(SpecProblem) {
      return try slurm(SpecMapping(node, path: "", keys: keys))
    } catch {
      throw SpecFileError(file: path, reason: error.description)
    }
  }

  static func slurm(_ file: SpecMapping) throws(SpecProblem) -> SlurmSettings {
    var settings = SlurmSettings()
    let keys = [
      "partition", "time", "cpus", "memory", "array_limit", "account", "qos", "directives",
      "retries",
    ]
    guard let slurm = try file.mapping("slurm", keys: keys) else { return settings }
    settings.partition = try slurm.string("partition")
    settings.time = try slurm.string("time")
    settings.cpus = try slurm.integer("cpus")
    settings.memory = try slurm.string("memory")
    settings.arrayLimit = try slurm.integer("array_limit")
    settings.account = try slurm.string("account")
    settings.qos = try slurm.string("qos")
    settings.directives = try slurm.list("directives", expected: "an option of sbatch") { [$0] }
    settings.retries = try slurm.integer("retries")
    do throws(SlurmSettings.Problem) {
      try settings.validate()
    } catch {
      throw SpecProblem("slurm.\(error.setting.rawValue)", error.reason)
    }
    return settings
  }
}
