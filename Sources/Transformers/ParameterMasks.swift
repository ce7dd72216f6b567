/// Which weights of a model are kept while it is trained: one bit a weight for some of its
/// parameters.
package struct ParameterMasks: Sendable, Hashable {
  private var words: [[UInt64]?]

  /// No masks.
  package init(table: ParameterTable) {
    words = [[UInt64]?](repeating: nil, count: table.entries.count)
  }

  /// The mask of a parameter, the first weight's bit being the lowest of the first word; nil where
  /// all weights are kept.
  package subscript(id: ParameterID) -> [UInt64]? {
    get { words[id.index] }
    set { words[id.index] = newValue }
  }
}
