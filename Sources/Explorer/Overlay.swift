import Canvas
import Experiments

/// What lies over the main screen and takes the keys.
package enum Overlay: Sendable {
  case help(scroll: Int)
  case palette(Prompt, selection: Int)
  case picker(Picker)
  /// A level that is being typed, and the panels as they were before its first digit.
  case level(text: String, before: [PanelID])
  /// The filter that is being typed, and what it was before.
  case filter(Prompt, before: String)
  case taskData(TaskDataForm)
  case sensitivity(selection: Int)
}

/// A short list from which one thing is chosen.
///
/// A method or a theme shows at once and Escape takes it back; a task is opened by Enter.
package struct Picker: Sendable {
  package enum Choices: Sendable {
    case methods([PruningMethod], before: PruningRequest)
    case themes([Theme], before: Theme)
    case tasks([TaskOffer])
  }

  package var choices: Choices
  package var selection: Int

  package var count: Int {
    switch choices {
    case .methods(let methods, _): methods.count
    case .themes(let themes, _): themes.count
    case .tasks(let tasks): tasks.count
    }
  }
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
