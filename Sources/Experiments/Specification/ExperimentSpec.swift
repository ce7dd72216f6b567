/// A task of an experiment and where its data lies.
package struct TaskSpec: Sendable, Hashable, Codable {
  /// The name as `evaluate --task` takes it.
  package var name: String
  /// A file or a folder; nil for data that comes with the program.
  package var data: String?
  /// The split to train on.
  package var trainSplit: String?
  /// The split to measure on.
  package var split: String?

  package init(
    name: String, data: String? = nil, trainSplit: String? = nil, split: String? = nil
  ) {
    self.name = name
    self.data = data
    self.trainSplit = trainSplit
    self.split = split
  }
}

/// An experiment: which cells of tasks × methods × sparsities × seeds there are, and what each does.
package struct ExperimentSpec: Sendable, Hashable, Codable {
  /// The model that comes with the program.
  package static let embeddedModel = "embedded"

  /// What the run's folder is called; nil for a name made of protocol and model.
  package var name: String?
  package var `protocol` = ExperimentProtocol.oneShot
  /// A folder, a file, a name of the Hugging Face cache, or `embedded`.
  package var model = ExperimentSpec.embeddedModel
  /// At least one, each name once.
  package var tasks = [TaskSpec(name: "digits")]
  package var methods = [ExperimentMethod.magnitude(.global)]
  /// Rising, each once. Lottery tickets have levels of their own.
  package var sparsities = (0...9).map { SparsityLevel(percent: $0 * 10) }
  /// Each fixes head, order and dropout alike at every sparsity.
  package var seeds: [UInt64] = [0]
  /// Parts of names of matrices that are left dense, as `--exclude` takes them.
  package var exclude: [String] = []
  package var training = TrainingSettings()
  package var lottery = LotterySettings()
  /// Only the first so many examples are evaluated; nil for all.
  package var limit: Int?
  /// The ε of the essential sparsity, as a share: 0.01 is one point.
  package var tolerance = 0.01
  /// Threads to compute on; nil for as many as there are processors. Results do not depend on it.
  package var workers: Int?

  package init() {}

  /// The name of the run: the one given, or protocol and model, safe in a file's name.
  package var runName: String {
    if let name { return name }
    let model = model.split(separator: "/").last.map(String.init) ?? Self.embeddedModel
    return FileNameText.safe("\(self.protocol.rawValue)-\(model)")
  }
}

/// Makes words safe to name files with.
package enum FileNameText {
  /// Keeps ASCII letters, digits, `.`, `_` and `-`; the rest becomes `-`. Never empty, never hidden.
  package static func safe(_ text: String) -> String {
    let kept = text.map { character -> Character in
      character.isASCII && (character.isLetter || character.isNumber) || "._-".contains(character)
        ? character : "-"
    }
    let name = String(kept.drop { $0 == "." || $0 == "-" }.prefix(100))
    return name.isEmpty ? "run" : name
  }
}
