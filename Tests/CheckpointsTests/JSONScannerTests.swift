import Testing

@testable import Checkpoints

struct JSONScannerTests {
  private func parse(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
  }

  @Test func `values of every kind`() throws {
    let text = """
      {"a": [1, -2, 3.5, 1e3, true, false, null], "b": {"c": ""}, "d": [], "e": {}}
      """
    let numbers: [JSONValue] = [
      .integer(1), .integer(-2), .number(3.5), .number(1000), .bool(true), .bool(false), .null,
    ]
    #expect(
      try parse(text)
        == .object([
          "a": .array(numbers), "b": .object(["c": .string("")]), "d": .array([]),
          "e": .object([:]),
        ]))
  }

  @Test func `what Python writes beyond the standard`() throws {
    let values = try #require(try parse("[Infinity, -Infinity, NaN]").array)
    #expect(values[0].double == .infinity)
    #expect(values[1].double == -.infinity)
    #expect(values[2].double?.isNaN == true)
  }

  @Test func `integers too large for 64 bits become numbers`() throws {
    #expect(try parse("1000000000000000019884624838656").double == 1e30)
  }

  @Test func `escapes, surrogate pairs and UTF-8`() throws {
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀""#).string == "\"\\/\u{8}\u{c}\n\r\té😀é😀")
  }

  @Test(arguments: [
    "", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{,}", "{\"a\":1,}", "\"", "\"\\",
    "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "tru", "+1", "0x10", "1 2",
    "\"\n\"",
    "'a'", ".5",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONScanner.Failure.self) { try parse(text) }
  }
}
