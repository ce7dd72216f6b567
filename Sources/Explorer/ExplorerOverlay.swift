import Canvas
import Experiments

/// What lies over the explorer alone.
package enum ExplorerOverlay: Sendable {
  /// A level that is being typed, and the panels as they were before its first digit.
  case level(text: String, before: [PanelID])
  /// A method shows at once, and Escape takes it back.
  case methods(ShortList<PruningMethod>, before: PruningRequest)
  case tasks(ShortList<TaskOffer>)
  case taskData(TaskDataForm)
  case sensitivity(selection: Int)
}

extension PruningMethod {
  /// The methods that the picker offers.
  static func offered(seed: UInt64) -> [PruningMethod] {
    [
      .magnitude(.global), .magnitude(.matrix), .random(.uniform, seed: seed),
      .random(.erk, seed: seed),
    ] + [2, 4, 8, 16, 32].map { .nm(groupSize: $0) }
  }

  /// The method's name in the header.
  package var title: String {
    switch self {
    case .magnitude(.global): "magnitude, global"
    case .magnitude(.matrix): "magnitude, per matrix"
    case .random(.uniform, let seed): "random uniform, seed \(seed)"
    case .random(.erk, let seed): "random ERK, seed \(seed)"
    case .nm(let m): "N:\(m) along inputs"
    }
  }

  /// What the picker says about the method.
  var explanation: String {
    switch self {
    case .magnitude(.global): "one threshold for all: the paper's"
    case .magnitude(.matrix): "one threshold for each of them"
    case .random(.uniform, _): "by lot, the same sparsity everywhere"
    case .random(.erk, _): "by lot, small matrices kept denser"
    case .nm(let m): "of each \(m) inputs, such as \(m / 2):\(m)"
    }
  }
}
