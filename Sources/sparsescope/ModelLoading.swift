import Checkpoints
import Transformers

/// Whether the program can run a checkpoint's model, and how its tensors fit, by name.
///
/// The JSON's keys are stable.
struct ModelLoading: Encodable {
  /// The first of the config's `architectures`; nil where there is none.
  var architecture: String?
  var runs: Bool
  /// Why the model cannot be run; nil where it can.
  var reason: String?
  /// Parameters of the head that the files lack: whatever the model says is meaningless until they
  /// are trained.
  var fresh: [String] = []
  /// Tensors of the files that the model has no use for.
  var unused: [String] = []

  /// Fits a checkpoint's tensors to its model; no weights are read.
  init(_ checkpoint: Checkpoint) {
    architecture = checkpoint.configuration?["architectures"]?.array?.first?.string
    do {
      let report = try LoadedTransformer(checkpoint).report
      (runs, fresh, unused) = (true, report.fresh, report.unused)
    } catch {
      (runs, reason) = (false, "\(error)")
    }
  }

  /// What a person should know, a line each; empty where everything fits.
  var lines: [String] {
    var lines: [String] = []
    if let reason { lines.append("for inspecting and pruning only: \(reason)") }
    if let warning = freshHeadWarning { lines.append(warning) }
    if !unused.isEmpty {
      lines.append("not used by \(architecture ?? "the model"): \(unused.shortList)")
    }
    return lines
  }

  /// One sentence on a head that the files lack; nil where it is complete.
  var freshHeadWarning: String? {
    guard !fresh.isEmpty else { return nil }
    return "the head is fresh: the files lack \(fresh.shortList), so what the model answers is "
      + "meaningless until it is fine-tuned"
  }
}

extension [String] {
  /// The first few, and how many more there are.
  fileprivate var shortList: String {
    let shown = 8
    let names = prefix(shown).joined(separator: ", ")
    return count > shown ? "\(names) and \(count - shown) more" : names
  }
}
