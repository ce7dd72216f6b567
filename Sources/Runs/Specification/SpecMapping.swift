import Experiments
import Foundation
import Yams

/// The keys and values of one level of a YAML specification, read strictly.
///
/// Every value knows its path, so that what is wrong is named as `training.epochs`.
struct SpecMapping {
  let path: String
  private var values: [String: Node] = [:]

  /// - Parameter keys: all keys that are known here.
  /// - Throws: `SpecProblem` where the node is no mapping, or has a key that is not known.
  init(_ node: Node, path: String, keys: [String]) throws(SpecProblem) {
    guard let mapping = node.mapping else {
      throw SpecProblem(path, "is \(node.kindName); it must have keys and values.")
    }
    self.path = path
    for (keyNode, value) in mapping {
      guard let key = keyNode.scalar?.string else {
        throw SpecProblem(path, "has \(keyNode.kindName) for a key; keys are words.")
      }
      let place = Self.join(path, key)
      guard keys.contains(key) else { throw Self.unknown(key, at: place, known: keys) }
      guard values[key] == nil else { throw SpecProblem(place, "is there twice.") }
      if !value.isNull { values[key] = value }
    }
  }

  private static func unknown(_ key: String, at place: String, known: [String]) -> SpecProblem {
    if let near = EditDistance.nearest(to: key, in: known) {
      return SpecProblem(place, "is no known key; did you mean `\(near)`?")
    }
    return SpecProblem(place, "is no known key; there are \(known.joined(separator: ", ")).")
  }

  private static func join(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  func path(of key: String) -> String { Self.join(path, key) }

  func has(_ key: String) -> Bool { values[key] != nil }

  /// A mapping below this one; nil where the key is not there.
  func mapping(_ key: String, keys: [String]) throws(SpecProblem) -> SpecMapping? {
    guard let node = values[key] else { return nil }
    return try SpecMapping(node, path: path(of: key), keys: keys)
  }

  // MARK: Scalars; nil where the key is not there

  func string(_ key: String) throws(SpecProblem) -> String? {
    try value(key, expected: "text") { $0 }
  }

  func integer(_ key: String) throws(SpecProblem) -> Int? {
    try value(key, expected: "a whole number", Int.init)
  }

  func number(_ key: String) throws(SpecProblem) -> Double? {
    try value(key, expected: "a number", Self.number)
  }

  /// A share, which may be written as a percentage.
  func share(_ key: String) throws(SpecProblem) -> Double? {
    try value(key, expected: "a share from 0 to 1 or a percentage such as 1%", Self.share)
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws(SpecProblem) -> Choice? where Choice.RawValue == String {
    guard let text = try string(key) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    let near = EditDistance.nearest(to: text, in: known).map { "; did you mean \($0)?" }
    throw SpecProblem(
      path(of: key), "is \"\(text)\"" + (near ?? "; it can be \(known.joined(separator: ", "))."))
  }

  private func value<Value>(
    _ key: String, expected: String, _ read: (String) -> Value?
  ) throws(SpecProblem) -> Value? {
    guard let node = values[key] else { return nil }
    return try Self.scalar(node, path: path(of: key), expected: expected, read)
  }

  private static func scalar<Value>(
    _ node: Node, path: String, expected: String, _ read: (String) -> Value?
  ) throws(SpecProblem) -> Value {
    guard let text = node.scalar?.string else {
      throw SpecProblem(path, "is \(node.kindName); it must be \(expected).")
    }
    guard let value = read(text) else {
      throw SpecProblem(path, "is \"\(text)\"; it must be \(expected).")
    }
    return value
  }

  // MARK: Lists; one value may stand without its brackets

  /// The items of a list by their paths; nil where the key is not there.
  func items(_ key: String) -> [(node: Node, path: String)]? {
    guard let node = values[key] else { return nil }
    guard let sequence = node.sequence else { return [(node, path(of: key))] }
    return sequence.enumerated().map { ($1, "\(path(of: key))[\($0)]") }
  }

  /// A list whose items may each stand for several values, as a range does.
  func list<Value>(
    _ key: String, expected: String, _ read: (String) -> [Value]?
  ) throws(SpecProblem) -> [Value]? {
    guard let items = items(key) else { return nil }
    var values: [Value] = []
    for (node, path) in items {
      values += try Self.scalar(node, path: path, expected: expected, read)
      guard values.count <= ExperimentSpec.mostCells else {
        throw SpecProblem(path, "makes more than \(ExperimentSpec.mostCells) values; take fewer.")
      }
    }
    return values
  }

  // MARK: Reading text

  static func number(_ text: String) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  static func share(_ text: String) -> Double? {
    if text.hasSuffix("%") {
      return number(text.dropLast().trimmed).map { $0 / 100 }
    }
    return number(text)
  }

  /// One level, or levels as in `0..0.9 by 0.1`; nil where the text says no levels.
  static func levels(_ text: String) -> [SparsityLevel]? {
    func level(_ text: String) -> SparsityLevel? {
      share(text.trimmed).flatMap { (0...1) ~= $0 ? SparsityLevel($0) : nil }
    }
    guard let dots = text.range(of: "..") else { return level(text).map { [$0] } }
    guard let by = text.range(of: " by "), by.lowerBound >= dots.upperBound,
      let first = level(String(text[..<dots.lowerBound])),
      let last = level(String(text[dots.upperBound..<by.lowerBound])),
      let step = level(String(text[by.upperBound...])), step.millionths > 0, first <= last
    else { return nil }
    return stride(from: first.millionths, through: last.millionths, by: step.millionths)
      .map { SparsityLevel(millionths: $0) }
  }

  /// One seed, or seeds as in `0..4`; nil where the text says no seeds.
  static func seeds(_ text: String) -> [UInt64]? {
    guard let dots = text.range(of: "..") else { return UInt64(text).map { [$0] } }
    guard let first = UInt64(text[..<dots.lowerBound]),
      let last = UInt64(text[dots.upperBound...]), first <= last, last - first < 10_000
    else { return nil }
    return Array(first...last)
  }
}

extension StringProtocol {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension Node {
  fileprivate var kindName: String {
    switch self {
    case .mapping: "a mapping"
    case .sequence: "a list"
    default: "a single value"
    }
  }

  /// Whether the value is left out, as in `limit: ~`.
  fileprivate var isNull: Bool {
    guard let scalar, scalar.style != .singleQuoted, scalar.style != .doubleQuoted else {
      return false
    }
    return ["", "~", "null"].contains(scalar.string)
  }
}
