/// What is wrong with a theme, in words for the person who chose it.
package enum ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case notYAML(file: String, reason: String)
  case missing(file: String, key: String)
  case notAColor(file: String, key: String, value: String)
  case unknownVariant(file: String, value: String)
  case unknownSystem(file: String, value: String)
  case notASlot(file: String, key: String, value: String)
  case unknownName(String, known: [String])

  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): the theme cannot be read: \(reason)."
    case .notYAML(let file, let reason):
      "\(file): not a base16 scheme in YAML: \(reason)."
    case .missing(let file, let key):
      "\(file): `\(key)` is missing; a base16 scheme has base00 … base0F."
    case .notAColor(let file, let key, let value):
      "\(file): `\(key)` is \"\(value)\", not a colour; write six hexadecimal digits, such as \"7cafc2\"."
    case .unknownVariant(let file, let value):
      "\(file): `variant` is \"\(value)\"; it can be dark or light."
    case .unknownSystem(let file, let value):
      "\(file): `system` is \"\(value)\"; it can be base16 or base24."
    case .notASlot(let file, let key, let value):
      "\(file): `\(key)` has \"\(value)\"; a gradient is a list of two or more of base08 … base0F."
    case .unknownName(let name, let known):
      "There is no theme \"\(name)\"; there are \(known.joined(separator: ", "))."
    }
  }
}
