import Experiments
import Explorer

/// What `sensitivity` prints; the JSON's keys are stable.
struct SensitivityReport: Encodable {
  struct Level: Encodable {
    var sparsity: Double
    /// The mean of the paired differences to the dense model, and its 95 % interval.
    var difference: Double
    var interval: [Double]
  }

  struct Part: Encodable {
    var part: String
    var matrices: [String]
    var levels: [Level]
  }

  var model: String
  var task: String
  var method: String
  var scale: MetricScale
  var examples: Int
  /// The most sensitive first.
  var parts: [Part]

  init(
    _ model: OpenModel, _ plan: SensitivityPlan, _ found: Sensitivities, method: PruningMethod,
    scale: MetricScale
  ) {
    self.model = model.checkpoint.path
    guard case .available(let task, _, _, _, _) = model.summary.evaluation else {
      preconditionFailure("only a model that can be evaluated has a report")
    }
    self.task = task
    self.method = method.title
    self.scale = scale
    examples = found.differences.values.first?.values.first?.count ?? 0
    parts = found.ranking(of: plan).map { subject in
      Part(
        part: plan.title(of: subject),
        matrices: plan.members(of: subject).sorted().map { plan.matrices[$0].name },
        levels: plan.levels.compactMap { level in
          found[SensitivityProbe(subject: subject, level: level)].map {
            Level(
              sparsity: level.fraction, difference: $0.mean,
              interval: [$0.interval.low, $0.interval.high])
          }
        })
    }
  }

  /// The report for a person.
  var text: String {
    let levels = parts.first?.levels.map { Percent.text($0.sparsity) + " %" } ?? []
    let unit = scale == .share ? "points" : "nats"
    let rows = parts.map { part in
      [part.part]
        + part.levels.map { level in
          text(level.difference) + "  (" + level.interval.map(text).joined(separator: " – ") + ")"
        }
    }
    return "\(model): \(task), \(method); score minus the dense model's in \(unit), "
      + "\(examples) examples\n"
      + RunText.table(["PRUNED ALONE"] + levels, rows)
  }

  private func text(_ difference: Double) -> String {
    scale == .share ? Percent.text(difference) : Percent.text(difference / 100, decimals: 3)
  }
}
