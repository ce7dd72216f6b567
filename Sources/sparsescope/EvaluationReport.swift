import Checkpoints
import Engine
import Experiments
import Explorer
import Foundation

/// What `evaluate` prints; the JSON's keys are stable.
struct EvaluationReport: Encodable {
  struct Point: Encodable {
    var sparsity: Double
    var achieved: Double
    var pruned: Int
    /// The mean of the examples' scores.
    var score: Double
    /// The task's official metrics.
    var metrics: [String: Double]
    /// The 95 % interval of the score.
    var interval: [Double]
    /// The mean of the paired differences to the dense model, and its 95 % interval.
    var difference: Double?
    var differenceInterval: [Double]?
    /// Fewer than `total` where the search has left the level, its verdict being known.
    var examples: Int
    var total: Int
    var seconds: Double
    /// Of the batches alone, without what comes before them.
    var examplesPerSecond: Double?
    /// Examples a second divided by those of the dense level, where that was measured too.
    var speedup: Double?
    /// Matrices that were multiplied by in packed form, of those that can be.
    var sparseMatrices: Int
    var matrices: Int
    /// The same in words.
    var speed: String?
  }

  struct Turn: Encodable {
    var tolerance: Double
    var sparsity: Double?
    var interval: [Double]?
    var certain: Double?
    /// The measured levels that the crossing lies between.
    var between: [Double]?
    var kneedle: Double?
    var brokenLine: Double?
    /// Why there is no turning point; nil where there is one.
    var undecided: String?
  }

  var model: String
  var modelHash: String
  var task: String
  /// The SHA-256 of the task's file, or of its folder's files; empty for the embedded images.
  var dataHash: String
  var method: String
  var excluded: [String]
  var dtypes: [String]
  var version: String
  var points: [Point]
  var essentialSparsity: Turn
  /// How scores are shown, and what a tolerance means.
  var scale: MetricScale

  /// - Parameter data: the task's file or folder; nil for the embedded images.
  /// - Throws: where the weights or the data cannot be read for their hashes.
  init(
    _ model: OpenModel, _ identity: CurveIdentity, _ result: CurveMeasurement.Result,
    data: String?, tolerance: Double
  ) throws {
    self.model = model.checkpoint.path
    modelHash = try model.checkpoint.contentHash() ?? ""
    guard case .available(let name, _, let metric, _, let scale) = model.summary.evaluation
    else {
      preconditionFailure("only a model that can be evaluated has a report")
    }
    task = name
    self.scale = scale
    dataHash = try data.map { try FileHash.sha256(of: $0) } ?? ""
    method = identity.method.title
    // N:M has another pattern at each level; the points tell it by their sparsity.
    excluded = identity.excluded.sorted().map { model.summary.matrices[$0].name }
    dtypes = Set(model.summary.matrices.map(\.dtype)).sorted()
    version = Version.text
    // Windows of a text may be unequal, which their mean score passes over.
    let perplexity = model.evaluator as? PerplexityEvaluator
    let curve = perplexity?.ofRatios(result.curve) ?? result.curve
    points = curve.points.map { point in
      let interval = point.interval()
      let difference = curve.difference(at: point.level)
      let speed = result.speeds[point.level] ?? LevelSpeed()
      let dense = point.level == .dense ? nil : result.speeds[.dense]
      return Point(
        sparsity: point.level.fraction, achieved: point.achieved, pruned: point.pruned,
        score: point.mean ?? 0,
        metrics: point.metrics.isEmpty ? [metric: point.mean ?? 0] : point.metrics,
        interval: interval.map { [$0.low, $0.high] } ?? [],
        difference: difference?.mean,
        differenceInterval: difference.map { [$0.interval.low, $0.interval.high] },
        examples: point.scores.count, total: point.total, seconds: result.seconds[point.level] ?? 0,
        examplesPerSecond: speed.rate,
        speedup: dense?.rate.flatMap { rate in speed.rate.map { $0 / rate } },
        sparseMatrices: speed.sparseMatrices, matrices: speed.matrices,
        speed: speed.text(dense: dense))
    }
    essentialSparsity = Turn(curve, tolerance: tolerance, scale: scale)
  }

  /// The report for a person.
  var text: String {
    let title = scale == .share ? "score" : "perplexity"
    var lines = [
      "\(model): \(task), \(method)",
      "sparsity   reached" + title.aligned(11) + "   95 % interval",
    ]
    for point in points {
      let score = point.score
      // Accuracy, where it is the mean score, has been said; parts of it, such as `acc/law`, are
      // many.
      let others = point.metrics.filter { abs($0.value - score) > 1e-9 && !$0.key.contains("/") }
      let metrics = others.sorted { $0.key < $1.key }.map {
        "  \($0.key) " + String(format: "%.4f", $0.value)
      }
      lines.append(
        (Percent.text(point.sparsity) + " %").aligned(8)
          + (Percent.text(point.achieved, decimals: 2) + " %").aligned(10)
          + (scale == .share ? Percent.text(score, decimals: 2) + " %" : scale.text(score: score))
          .aligned(11) + "   "
          + point.interval.map { scale.text(score: $0) }.joined(separator: " – ")
          + "  \(point.seen) examples, " + String(format: "%.3f s", point.seconds)
          + metrics.joined() + (point.speed.map { "  \($0)" } ?? ""))
    }
    let turn = essentialSparsity
    if let between = turn.between, between[1] - between[0] > 0.02 {
      lines.append(
        "essential sparsity between \(Percent.text(between[0])) % and "
          + "\(Percent.text(between[1])) % at a tolerance of "
          + "\(scale.text(tolerance: turn.tolerance)); levels in between, where the method has any, "
          + "would narrow it (--sparsity curve looks for them)")
    } else if let sparsity = turn.sparsity, let interval = turn.interval {
      lines.append(
        "essential sparsity \(Percent.text(sparsity)) % "
          + "(\(interval.map { Percent.text($0) }.joined(separator: " – "))) "
          + "at a tolerance of \(scale.text(tolerance: turn.tolerance))")
    } else if let undecided = turn.undecided {
      lines.append("essential sparsity not decided: \(undecided)")
    }
    return lines.joined(separator: "\n")
  }
}

extension EvaluationReport.Point {
  /// `450`, or `128 of 450`.
  fileprivate var seen: String { examples < total ? "\(examples) of \(total)" : "\(examples)" }
}

extension EvaluationReport.Turn {
  fileprivate init(_ curve: SparsityCurve, tolerance: Double, scale: MetricScale) {
    let points = TurningPoints(of: curve, epsilon: scale.drop(tolerance: tolerance))
    let turn = points.tolerance.value
    self.init(
      tolerance: tolerance, sparsity: turn?.sparsity,
      interval: turn.map { [$0.interval.low, $0.interval.high] },
      certain: turn?.certain.fraction,
      between: turn.map { [$0.held.fraction, $0.fallen.fraction] },
      kneedle: points.kneedle.value?.level.fraction,
      brokenLine: points.brokenLine.value?.sparsity,
      undecided: points.tolerance.doubt.map { scale.text($0, tolerance: tolerance) })
  }
}
