import ArgumentParser
import Experiments
import Pruning

/// Which model a command is about.
struct ModelArgument: ParsableArguments {
  @Argument(
    help: """
      A folder or a file of safetensors or of PyTorch (.bin, .pt, .pth), or a name in the Hugging \
      Face cache; without it the embedded model, or in the explorer the last one.
      """,
    completion: .file(extensions: ["safetensors", "bin", "pt", "pth"]))
  var model: String?
}

/// How a command prunes.
struct PruningOptions: ParsableArguments {
  @Option(
    name: .customLong("method"),
    help: ArgumentHelp(
      "What is removed: magnitude (the default), random, erk, or any pattern N:M such as 2:4 or 8:16.",
      valueName: "method"))
  var givenMethod: MethodName?

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "One magnitude threshold for all matrices (global, the default) or one for each (matrix).",
      valueName: "scope"))
  var givenScope: PruningScope?

  @Option(
    name: .customLong("seed"),
    help: ArgumentHelp("The seed of the random methods; 0 unless given.", valueName: "seed"),
    transform: Seed.parse)
  var givenSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Leave matrices dense: a part of a name or of a label, such as ‘mlp’ or ‘layer.0.’; repeatable.",
      valueName: "name"))
  var exclude: [String] = []

  var method: MethodName { givenMethod ?? .magnitude }
  var scope: PruningScope { givenScope ?? .global }
  var seed: UInt64 { givenSeed ?? 0 }

  /// Whether the command line says anything about how to prune.
  var areGiven: Bool {
    givenMethod != nil || givenScope != nil || givenSeed != nil || !exclude.isEmpty
  }

  /// The method, given the level that decides N of an N:M pattern.
  var pruningMethod: PruningMethod {
    switch method {
    case .magnitude: .magnitude(scope)
    case .random: .random(.uniform, seed: seed)
    case .erk: .random(.erk, seed: seed)
    case .pattern(let pattern): .nm(groupSize: pattern.m)
    }
  }

  /// The request for one level.
  ///
  /// - Parameter level: nil when the command line gives none; a pattern brings its own.
  /// - Throws: `ValidationError` when there is neither, or both disagree.
  func request(level: SparsityLevel?, in model: OpenModel) throws -> PruningRequest {
    PruningRequest(
      method: pruningMethod, sparsity: try resolve(level).fraction,
      excluded: try excludedIndices(in: model))
  }

  /// Says on standard error which matrices an N:M pattern leaves dense because it does not fit.
  func warnAboutSkipped(_ plan: PruningPlan, in model: OpenModel) {
    guard let first = plan.skipped.first, case .nm(let groupSize) = pruningMethod else { return }
    StandardError.write(
      "Warning: \(plan.skipped.count) of \(model.summary.matrices.count) matrices stay dense, such as "
        + "\(model.summary.matrices[first].name): the width is no multiple of \(groupSize).")
  }

  private func resolve(_ level: SparsityLevel?) throws -> SparsityLevel {
    guard case .pattern(let pattern) = method else { return level ?? .dense }
    let own = SparsityLevel(pattern.sparsity)
    if let level, level != own {
      throw ValidationError(
        "--method \(pattern) is a sparsity of \(own) %; leave --sparsity out, or change one.")
    }
    return own
  }

  func excludedIndices(in model: OpenModel) throws -> Set<Int> {
    try Self.excludedIndices(of: exclude, in: model)
  }

  /// The matrices in whose names or labels the parts occur.
  static func excludedIndices(of parts: [String], in model: OpenModel) throws -> Set<Int> {
    var excluded: Set<Int> = []
    for wanted in parts {
      let found = model.summary.matrices.indices.filter { index in
        let matrix = model.summary.matrices[index]
        return matrix.name.contains(wanted) || matrix.label.contains(wanted)
      }
      guard !found.isEmpty else {
        throw ValidationError(
          "--exclude \(wanted): no prunable matrix has that in its name; "
            + "`sparsescope inspect` lists the names.")
      }
      excluded.formUnion(found)
    }
    return excluded
  }
}

/// A method as it is named on the command line.
enum MethodName: Sendable, Hashable {
  case magnitude, random, erk
  case pattern(NMPattern)
}

extension MethodName: ExpressibleByArgument {
  init?(argument: String) {
    switch argument.lowercased() {
    case "magnitude": self = .magnitude
    case "random": self = .random
    case "erk": self = .erk
    default:
      guard let pattern = NMPattern(argument) else { return nil }
      self = .pattern(pattern)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .magnitude: "magnitude"
    case .random: "random"
    case .erk: "erk"
    case .pattern(let pattern): pattern.description
    }
  }

  static var allValueStrings: [String] { ["magnitude", "random", "erk", "1:2", "2:4", "4:8"] }
}

extension PruningScope: ExpressibleByArgument {}

/// A seed as it is written on the command line.
enum Seed {
  static func parse(_ argument: String) throws -> UInt64 {
    guard let seed = UInt64(argument) else {
      throw ValidationError("a seed is a whole number from 0 to \(UInt64.max).")
    }
    return seed
  }
}

extension SparsityLevel: ExpressibleByArgument {
  /// Reads `0.64` or `64%`, or says how to write the level.
  static func parse(_ argument: String) throws -> SparsityLevel {
    if let level = SparsityLevel(argument: argument) { return level }
    if let level = SparsityLevel(argument: argument + "%") {
      throw ValidationError("a level is a share from 0 to 1: for \(level) % write \(argument)%.")
    }
    throw ValidationError(
      "a level is a share from 0 to 1, such as 0.64, or a percentage such as 64%.")
  }

  /// Reads `0.64` or `64%`.
  public init?(argument: String) {
    if argument.hasSuffix("%") {
      self.init(percentText: argument)
    } else {
      guard let fraction = Double(argument), (0...1) ~= fraction else { return nil }
      self.init(fraction)
    }
  }
}
