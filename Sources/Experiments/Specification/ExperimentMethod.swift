/// A pruning method as an experiment names it; level and seed come from the cell.
package enum ExperimentMethod: Sendable, Hashable {
  /// The smallest magnitudes go first.
  case magnitude(PruningScope)
  /// By lot, with the cell's seed.
  case random(RandomAllocation)
  /// The pattern decides the level, so it makes one pruned cell for each seed.
  case pattern(NMPattern)

  /// The method that a cell prunes with.
  package func pruningMethod(seed: UInt64) -> PruningMethod {
    switch self {
    case .magnitude(let scope): .magnitude(scope)
    case .random(let allocation): .random(allocation, seed: seed)
    case .pattern(let pattern): .nm(groupSize: pattern.m)
    }
  }

  /// The one level that the method takes; nil where it takes any.
  package var ownLevel: SparsityLevel? {
    if case .pattern(let pattern) = self { SparsityLevel(pattern.sparsity) } else { nil }
  }

  /// All names, with two of the patterns.
  package static let names = [
    "magnitude", "magnitude-matrix", "random", "erk", "2:4", "4:8",
  ]
}

extension ExperimentMethod: CustomStringConvertible {
  /// The name in a specification: `magnitude`, `magnitude-matrix`, `random`, `erk`, `2:4`.
  package var description: String {
    switch self {
    case .magnitude(.global): "magnitude"
    case .magnitude(.matrix): "magnitude-matrix"
    case .random(.uniform): "random"
    case .random(.erk): "erk"
    case .pattern(let pattern): pattern.description
    }
  }

  /// Reads a name; nil where there is no such method.
  package init?(_ name: String) {
    switch name {
    case "magnitude", "magnitude-global": self = .magnitude(.global)
    case "magnitude-matrix": self = .magnitude(.matrix)
    case "random", "random-uniform": self = .random(.uniform)
    case "erk", "random-erk": self = .random(.erk)
    default:
      guard let pattern = NMPattern(name) else { return nil }
      self = .pattern(pattern)
    }
  }

  /// The part of a cell's id that names the method; safe in a file's name.
  package var slug: String {
    switch self {
    case .magnitude(let scope): "magnitude-\(scope.rawValue)"
    case .random(let allocation): "random-\(allocation.rawValue)"
    case .pattern(let pattern): "\(pattern.n)of\(pattern.m)"
    }
  }
}

/// A method is stored by its name.
extension ExperimentMethod: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let method = ExperimentMethod(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(name) is no pruning method")
    }
    self = method
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
