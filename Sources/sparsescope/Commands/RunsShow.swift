import ArgumentParser
import Experiments
import Foundation
import Runs

struct RunsShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a run: its cells, its curves, what it was made with.")

  @OptionGroup var argument: RunArgument

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let folder = try argument.open()
    let summary = RunPlaces.summary(folder)
    let report = Report(summary, environment: try? folder.environment())
    if json { return try JSONOutput.print(report) }
    for problem in summary.problems { StandardError.write(problem) }
    print(Self.text(report, summary).printable)
  }

  private static func text(_ report: Report, _ summary: RunSummary) -> String {
    let overview = report.run
    var lines = [
      "\(overview.name): \(overview.stateText), \(overview.done) of \(overview.total) cells",
      "folder    \(overview.path)",
      "model     \(overview.model)  \(report.environment?.modelHash?.prefix(12) ?? "")",
      "version   \(report.environment?.version ?? "unknown")",
      "repeat    sparsescope run "
        + ShellWords.quoted("\(overview.path)/spec.yaml", keepsHome: false),
    ]
    if let slurm = overview.slurm { lines.append("slurm     \(slurm.text)") }
    if let left = overview.secondsLeft { lines.append("left      \(RunText.duration(left))") }
    for (curve, turn) in zip(report.curves, overview.turns) {
      lines += ["", RunText.turn(turn)]
      lines.append(
        RunText.table(
          ["SPARSITY", "SCORE", "95 % INTERVAL", "SEEDS"],
          curve.points.map { point in
            [
              "\(point.level) %", score(point.mean),
              point.interval.map { "\(score($0.low)) – \(score($0.high))" } ?? "–",
              "\(point.seeds)",
            ]
          }))
    }
    lines += [
      "",
      RunText.table(
        ["CELL", "STATE", "STEP", "LOSS", "SCORE", "TIME", ""],
        summary.cells.map { cell in
          [
            cell.cell.id, cell.stateText,
            cell.step.map { step in
              "\(step.step)" + (step.steps.map { "/\($0)" } ?? "")
            } ?? "–",
            cell.step.map { String(format: "%.4f", $0.loss) } ?? "–",
            cell.score.map(score) ?? "–",
            (cell.seconds ?? cell.elapsed).map(RunText.duration) ?? "–", cell.message ?? "",
          ]
        }),
    ]
    return lines.joined(separator: "\n")
  }

  private static func score(_ value: Double) -> String {
    // A mean of shares reads best in percent; a mean log-likelihood is none.
    (0...1) ~= value ? Percent.text(value, decimals: 2) + " %" : String(format: "%.4f", value)
  }

  /// What `runs show --json` prints; the keys are stable.
  struct Report: Encodable {
    struct Curve: Encodable {
      var task: String
      var method: String
      var points: [SeedCurves.Point]
    }

    struct Cell: Encodable {
      var id: String
      var state: CellSummary.State
      var step: Int?
      var steps: Int?
      var loss: Double?
      var score: Double?
      var seconds: Double?
      var message: String?
      /// What Slurm says of the cell's task.
      var slurm: SlurmTask?
    }

    var run: RunOverview
    var environment: RunEnvironment?
    var curves: [Curve]
    var cells: [Cell]
    var problems: [String]

    init(_ summary: RunSummary, environment: RunEnvironment?) {
      run = RunOverview(summary)
      self.environment = environment
      curves = summary.curves.map {
        Curve(task: $0.task, method: "\($0.method)", points: $0.points)
      }
      cells = summary.cells.map { cell in
        Cell(
          id: cell.cell.id, state: cell.state, step: cell.step?.step, steps: cell.step?.steps,
          loss: cell.step?.loss, score: cell.score, seconds: cell.seconds ?? cell.elapsed,
          message: cell.message, slurm: cell.slurm)
      }
      problems = summary.problems
    }
  }
}
