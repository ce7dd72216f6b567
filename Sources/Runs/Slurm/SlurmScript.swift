import Experiments

/// The batch script of one array and the table from which its tasks take their cells.
package struct SlurmScript: Sendable, Hashable {
  package let array: SlurmArray
  /// The run's folder and its name.
  let run: String
  let name: String
  /// The program, as an absolute path.
  let program: String
  let settings: SlurmSettings
  /// How often each cell has failed before.
  let failures: [ExperimentCell.ID: Int]

  /// - Throws: `SlurmError.unwritable` where a path has a line break.
  package init(
    _ array: SlurmArray, run: String, name: String, program: String, settings: SlurmSettings,
    failures: [ExperimentCell.ID: Int] = [:]
  ) throws(SlurmError) {
    for text in [run, program] where text.contains(where: \.isNewline) { throw .unwritable(text) }
    self.array = array
    self.run = run
    self.name = name
    self.program = program
    self.settings = settings
    self.failures = failures
  }

  package var scriptFile: String { "\(run)/slurm/array-\(array.number).sh" }
  package var tableFile: String { "\(run)/slurm/array-\(array.number).tsv" }

  /// A line for each task: its index, its cell, and how often that has failed before.
  package var table: String {
    let rows = array.cells.enumerated().map { "\($0)\t\($1)\t\(failures[$1] ?? 0)\n" }
    return "index\tcell\tfailures\n" + rows.joined()
  }

  package var text: String {
    let options = ([String?](options) + (settings.directives ?? []).map(Self.directive)).compactMap
    { $0 }
    return "#!/bin/bash\n" + options.map { "#SBATCH \($0)\n" }.joined()
      + Self.body(
        table: Self.shellQuoted(tableFile), program: Self.shellQuoted(program),
        run: Self.shellQuoted(run), retries: settings.retries ?? SlurmSettings.defaultRetries)
  }

  private var options: [String?] {
    let limit = settings.arrayLimit.map { "%\($0)" } ?? ""
    // Slurm replaces `%A` and the like in the file's name.
    let log = "\(run.replacing("%", with: "%%"))/slurm/logs/%A_%a.txt"
    return [
      "--job-name=\(Self.optionQuoted(name))",
      "--array=0-\(array.cells.count - 1)\(limit)",
      "--output=\(Self.optionQuoted(log))",
      "--open-mode=append",
      "--requeue",
      "--signal=B:USR2@\(settings.warningSeconds)",
      "--ntasks=1",
      settings.partition.map { "--partition=\($0)" },
      settings.time.map { "--time=\($0)" },
      settings.cpus.map { "--cpus-per-task=\($0)" },
      settings.memory.map { "--mem=\($0)" },
      settings.account.map { "--account=\($0)" },
      settings.qos.map { "--qos=\($0)" },
    ]
  }

  private static func body(table: String, program: String, run: String, retries: Int) -> String {
    """

    # The row of this task: its cell, and how often that had failed before it was submitted.
    IFS=$'\\t' read -r _ cell failures < <(sed -n "$((SLURM_ARRAY_TASK_ID + 2))p" \(table))
    task=(\(program) run \(run) --resume --cell "$cell"
      --slurm-task --most-failures "$((failures + \(retries)))")
    "${task[@]}" &
    child=$!
    # USR2 comes before the time is up, and to this shell alone; TERM comes to the program as well.
    trap 'kill -USR2 "$child" 2>/dev/null' USR2
    trap : TERM
    while wait "$child"; status=$?; kill -0 "$child" 2>/dev/null; do :; done
    # A program that was killed, as for want of memory, or has crashed is a failure to be recorded.
    case $status in 132|134|135|136|137|139)
      "${task[@]}" --killed "$((status - 128))"; status=$? ;;
    esac
    # 75: there is more to do, so the same task is run again.
    if [ "$status" = \(SlurmScript.againStatus) ]; then
      scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" || exit 1
    fi
    exit "$status"

    """
  }

  /// The exit status by which a task asks to be run again: `EX_TEMPFAIL`.
  package static let againStatus: Int32 = 75

  /// A further option; its value is put in quotes where it has blanks and the person gave none.
  private static func directive(_ text: String) -> String {
    guard let equals = text.firstIndex(of: "="), !text.contains("\"") else { return text }
    return text[...equals] + optionQuoted(String(text[text.index(after: equals)...]))
  }

  /// A word of the shell that stands for the text as it is.
  static func shellQuoted(_ text: String) -> String {
    text.wholeMatch(of: /[A-Za-z0-9_.\/+-]+/) != nil
      ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// A value of an option in a script, as `sbatch` reads it: it knows quotes and backslashes.
  static func optionQuoted(_ text: String) -> String {
    guard text.contains(where: { " \t\"'\\#".contains($0) }) else { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
