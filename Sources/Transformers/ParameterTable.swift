/// A parameter's place in a `ParameterTable`.
package struct ParameterID: Sendable, Hashable {
  package let index: Int
}

/// How a parameter starts when no file gives it.
package enum Initialization: Sendable, Hashable {
  /// Independent normal numbers of the configuration's `initializerRange`.
  case normal
  case zeros
  case ones
}

/// The names and shapes of a model's parameters, in the order in which they are used.
///
/// Names are the checkpoint's, as the family's files spell them; the structure of a model refers to
/// its parameters by place only.
package struct ParameterTable: Sendable {
  package struct Entry: Sendable, Hashable {
    package let name: String
    package let shape: [Int]
    package let initialization: Initialization

    package var count: Int { shape.reduce(1, *) }
  }

  package private(set) var entries: [Entry] = []
  private var places: [String: Int] = [:]

  /// Adds a parameter, or finds the one that has the name already: tied weights.
  mutating func add(
    _ name: String, _ shape: [Int], _ initialization: Initialization = .normal
  ) -> ParameterID {
    if let place = places[name] {
      precondition(entries[place].shape == shape, "\(name) is used with two shapes")
      return ParameterID(index: place)
    }
    places[name] = entries.count
    entries.append(Entry(name: name, shape: shape, initialization: initialization))
    return ParameterID(index: entries.count - 1)
  }

  package func id(of name: String) -> ParameterID? { places[name].map(ParameterID.init) }

  package subscript(id: ParameterID) -> Entry { entries[id.index] }

  package var ids: some Sequence<ParameterID> { entries.indices.lazy.map(ParameterID.init) }
}
