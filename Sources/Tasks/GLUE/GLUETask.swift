/// A task of the GLUE benchmark.
///
/// Source: Wang et al., "GLUE: A Multi-Task Benchmark and Analysis Platform for Natural Language
/// Understanding", and the layout of the files that gluebenchmark.com distributes.
package enum GLUETask: String, Sendable, Hashable, CaseIterable {
  /// Whether a sentence is grammatical.
  case cola
  /// Whether the sentence of a film review is positive.
  case sst2
  /// Whether two sentences of news paraphrase each other.
  case mrpc
  /// How similar two sentences are, from 0 to 5.
  case stsb
  /// Whether two questions of Quora are duplicates.
  case qqp
  /// Whether a premise entails a hypothesis, contradicts it, or neither.
  case mnli
  /// Whether a sentence answers a question.
  case qnli
  /// Whether a text entails a hypothesis.
  case rte
  /// Whether a sentence with its pronoun resolved follows.
  case wnli

  /// The task as papers write it.
  package var title: String {
    switch self {
    case .sst2: "SST-2"
    case .stsb: "STS-B"
    case .cola: "CoLA"
    default: rawValue.uppercased()
    }
  }

  /// The classes in GLUE's own order, which a label that is a number counts by; none for STS-B,
  /// whose target is a number.
  package var classes: [String] {
    switch self {
    case .cola: ["unacceptable", "acceptable"]
    case .sst2: ["negative", "positive"]
    case .mrpc: ["not_equivalent", "equivalent"]
    case .stsb: []
    case .qqp: ["not_duplicate", "duplicate"]
    case .mnli: ["entailment", "neutral", "contradiction"]
    case .qnli, .rte: ["entailment", "not_entailment"]
    case .wnli: ["not_entailment", "entailment"]
    }
  }

  /// The official metrics, the one that papers give first in front.
  package var metrics: [GLUEMetric] {
    switch self {
    case .cola: [.matthews, .accuracy]
    case .mrpc, .qqp: [.accuracy, .f1]
    case .stsb: [.pearson, .spearman]
    case .sst2, .mnli, .qnli, .rte, .wnli: [.accuracy]
    }
  }

  /// The largest similarity of STS-B.
  package static let largestSimilarity = 5.0
}

/// Where the columns of a task's tab-separated files are, counted from 0.
struct GLUEColumns {
  enum Label {
    case column(Int)
    case last
  }

  let first: Int
  let second: Int?
  let label: Label
  var hasHeader = true
  /// Whether rows with too few columns are passed over, as every reader of QQP does: some of its
  /// questions hold tabs or line ends.
  var skipsShortRows = false

  /// The columns of the train and dev files.
  init(_ task: GLUETask) {
    switch task {
    case .cola:
      (first, second, label) = (3, nil, .column(1))
      hasHeader = false
    case .sst2: (first, second, label) = (0, nil, .column(1))
    case .mrpc: (first, second, label) = (3, 4, .column(0))
    case .stsb: (first, second, label) = (7, 8, .last)
    case .qqp:
      (first, second, label) = (3, 4, .column(5))
      skipsShortRows = true
    case .mnli: (first, second, label) = (8, 9, .last)
    case .qnli, .rte, .wnli: (first, second, label) = (1, 2, .last)
    }
  }

  /// The columns that a row must have.
  var count: Int {
    let texts = max(first, second ?? 0) + 1
    return switch label {
    case .column(let column): max(texts, column + 1)
    case .last: texts + 1
    }
  }
}

extension GLUETask {
  /// The members of a JSON line that hold the texts, as the copies on the Hugging Face hub name
  /// them.
  var textMembers: (first: String, second: String?) {
    switch self {
    case .cola, .sst2: ("sentence", nil)
    case .mrpc, .stsb, .rte, .wnli: ("sentence1", "sentence2")
    case .qqp: ("question1", "question2")
    case .mnli: ("premise", "hypothesis")
    case .qnli: ("question", "sentence")
    }
  }

  /// The names of a split's file without their extension, the first that exists counting.
  ///
  /// `dev` and `validation` are the same; MNLI's are its matched set, and `matched` and `mismatched`
  /// are short for its two dev sets.
  func fileStems(split: String) -> [String] {
    let isDev = ["dev", "validation"].contains(split)
    var stems = [split]
    if isDev { stems = ["dev", "validation"] }
    if self == .mnli {
      if isDev { stems = ["dev_matched", "validation_matched"] + stems }
      for set in ["matched", "mismatched"]
      where [set, "dev_\(set)", "validation_\(set)"].contains(split) {
        stems = ["dev_\(set)", "validation_\(set)"]
      }
    }
    return stems
  }
}
