import Foundation

/// Writes the one JSON document that `--json` promises.
enum JSONOutput {
  static func print(_ value: some Encodable) throws {
    try StandardOutput.write(try encode(value, [.prettyPrinted]) + Data("\n".utf8))
  }

  /// The same as one line with its end.
  static func line(_ value: some Encodable) throws -> Data {
    try encode(value, []) + Data("\n".utf8)
  }

  private static func encode(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    // Weights may be infinite, and so may what is computed from them.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(value)
  }
}
