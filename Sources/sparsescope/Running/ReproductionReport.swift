import Experiments
import Runs

/// What an experiment of the paper has come to; the JSON's keys are stable.
struct ReproductionReport: Encodable {
  struct Curve: Encodable {
    var run: String
    var task: String
    var method: ExperimentMethod
    var points: [SeedCurves.Point]
    var essentialSparsity: Double?
    var essentialSparsityInterval: Interval?
    var undecided: String?
  }

  struct Difference: Encodable {
    var task: String
    var first: String
    var second: String
    var points: [CurveDifference.Point]
  }

  var experiment: String
  var runs: [String]
  var curves: [Curve]
  var differences: [Difference]
  var masks: MaskComparison?

  /// Reads finished runs.
  init(_ experiment: PaperExperiment, _ runs: [RunFolder]) throws {
    self.experiment = experiment.name
    self.runs = runs.map(\.path)
    let summaries = runs.map { RunSummary($0) }
    curves = summaries.flatMap { summary in
      zip(summary.curves, summary.essentialSparsities()).map { curve, turn in
        Curve(
          run: summary.name, task: curve.task, method: curve.method, points: curve.points,
          essentialSparsity: turn.value?.sparsity, essentialSparsityInterval: turn.value?.interval,
          undecided: turn.doubt?.description)
      }
    }
    let pairs = Self.pairs(summaries)
    differences =
      experiment.outcome == .difference
      ? pairs.flatMap { oneShot, lottery in
        lottery.curves.compactMap { curve in
          oneShot.curves.first { ($0.task, $0.method) == (curve.task, curve.method) }.map {
            Difference(
              task: curve.task, first: lottery.name, second: oneShot.name,
              points: CurveDifference(of: curve, minus: $0).points)
          }
        }
      } : []
    if experiment.outcome == .maskSimilarity, let pair = pairs.first {
      masks = try MaskComparison(RunFolder.open(pair.1.path), RunFolder.open(pair.0.path))
    }
  }

  /// One-shot runs with the lottery runs of the same model.
  private static func pairs(_ runs: [RunSummary]) -> [(RunSummary, RunSummary)] {
    runs.filter { $0.spec.protocol == .oneShot }.compactMap { oneShot in
      runs.first { $0.spec.protocol == .lotteryTicket && $0.spec.model == oneShot.spec.model }
        .map { (oneShot, $0) }
    }
  }

  /// The report for a person; scores relative to the dense model as the paper draws them.
  var text: String {
    func percent(_ value: Double) -> String { Percent.text(value, decimals: 2) + " %" }
    func interval(_ interval: Interval?) -> String {
      interval.map { "\(percent($0.low)) – \(percent($0.high))" } ?? "–"
    }
    var blocks = curves.map { curve -> String in
      let dense = curve.points.first { $0.level == .dense }?.mean
      let rows = curve.points.map { point in
        [
          "\(point.level) %", percent(point.mean),
          dense.map { $0 > 0 ? percent(point.mean / $0) : "–" } ?? "–", interval(point.interval),
          "\(point.seeds)",
        ]
      }
      let turn =
        curve.essentialSparsity.map { "essential sparsity \(Percent.text($0)) %" }
        ?? curve.undecided ?? ""
      return "\(curve.run): \(curve.task), \(curve.method): \(turn)\n"
        + RunText.table(["SPARSITY", "SCORE", "OF DENSE", "95 % INTERVAL", "SEEDS"], rows)
    }
    blocks += differences.map { difference in
      "\(difference.first) minus \(difference.second): \(difference.task)\n"
        + RunText.table(
          ["SPARSITY", "DIFFERENCE", "95 % INTERVAL", "SEEDS"],
          difference.points.map {
            ["\($0.level) %", percent($0.mean), interval($0.interval), "\($0.seeds)"]
          })
    }
    if let masks { blocks.append(masks.text) }
    return blocks.joined(separator: "\n\n")
  }
}
