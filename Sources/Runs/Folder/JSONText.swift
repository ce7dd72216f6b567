import Foundation

/// The JSON of a run's files: sorted keys, and numbers that JSON does not know as words.
package enum JSONText {
  /// - Parameter path: the file that it is for, as errors call it.
  package static func encode(_ value: some Encodable, at path: String) throws(RunError) -> Data {
    do {
      return try makeEncoder().encode(value)
    } catch {
      throw .cannotWrite(path: path, reason: "\(error)")
    }
  }

  /// - Parameter path: the file that it comes from, as errors call it.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, at path: String
  ) throws(RunError) -> Value {
    do {
      return try makeDecoder().decode(type, from: data)
    } catch {
      throw .unreadable(path: path, reason: reason(error))
    }
  }

  static func read<Value: Decodable>(
    _ type: Value.Type, at path: String
  ) throws(RunError) -> Value {
    try decode(type, from: try WholeFile.read(path), at: path)
  }

  static func makeEncoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  static func makeDecoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .dataCorrupted: "it is no JSON, or not all of it"
    case .keyNotFound(let key, _): "`\(key.stringValue)` is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` is of the wrong type"
    default: "\(error)"
    }
  }
}
