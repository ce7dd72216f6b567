/// A part of a JSON file that describes a tokenizer, with its name for messages.
struct FileSection {
  let file: String
  /// Where in the file, as in `pre_tokenizer.pretokenizers[1]`; empty for the whole.
  let name: String
  let json: JSONView

  init(file: String, name: String = "", json: JSONView) {
    self.file = file
    self.name = name
    self.json = json
  }

  /// A member that is there and not null.
  func member(_ key: String) -> FileSection? {
    json[key].map { FileSection(file: file, name: self.path(key), json: $0) }
  }

  func required(_ key: String) throws(TokenizerError) -> FileSection {
    guard let member = member(key) else { throw malformed("\(key) is missing") }
    return member
  }

  /// The elements of an array.
  func elements() throws(TokenizerError) -> [FileSection] {
    guard let elements = json.elements else { throw malformed("is not an array") }
    return elements.enumerated().map { index, element in
      FileSection(file: file, name: "\(name)[\(index)]", json: element)
    }
  }

  // MARK: Values; nil where the member is missing or null.

  func string(_ key: String) throws(TokenizerError) -> String? {
    try value(key, "a string") { $0.string }
  }

  /// The UTF-8 of a string, which keeps apart what Swift's strings take for the same.
  func utf8(_ key: String) throws(TokenizerError) -> [UInt8]? {
    try value(key, "a string") { $0.utf8 }
  }

  func bool(_ key: String) throws(TokenizerError) -> Bool? {
    try value(key, "true or false") { $0.bool }
  }

  func integer(_ key: String) throws(TokenizerError) -> Int? {
    try value(key, "a whole number") { $0.integer }
  }

  private func value<Value>(
    _ key: String, _ kind: String, _ convert: (JSONView) -> Value?
  ) throws(TokenizerError) -> Value? {
    guard let member = member(key) else { return nil }
    guard let value = convert(member.json) else { throw member.malformed("is not \(kind)") }
    return value
  }

  // MARK: Errors

  func malformed(_ reason: String) -> TokenizerError {
    .malformed(file: file, component: name.isEmpty ? "the file" : name, reason: reason)
  }

  func unsupported(_ reason: String) -> TokenizerError {
    .unsupported(file: file, component: name, reason: reason)
  }

  private func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}
