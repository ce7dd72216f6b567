/// Words for a shell.
package enum ShellWords {
  /// The text as one word of a POSIX shell, `csh` or `fish`.
  ///
  /// - Parameter keepsHome: whether `~` at its beginning stays what it means to the shell.
  package static func quoted(_ text: String, keepsHome: Bool = true) -> String {
    if text.wholeMatch(of: /[A-Za-z0-9_.\/,:@%+-][A-Za-z0-9_.\/,:@%+=-]*/) != nil { return text }
    var (home, rest) = ("", text[...])
    if keepsHome, let match = text.prefixMatch(of: /~[A-Za-z0-9_.-]*(\/|$)/) {
      home = String(match.0)
      rest = text[match.range.upperBound...]
      if rest.isEmpty { return home }
    }
    // The backslash means something to fish between quotes, and nothing to others.
    let inner = rest.split(separator: "'", omittingEmptySubsequences: false).map { part in
      part.isEmpty ? "" : "'\(part)'"
    }
    let word = inner.joined(separator: "\\'")
    return home + (word.isEmpty ? "''" : word)
  }

  /// A command as a person types it, as words: blanks part them, quotes and backslashes keep blanks.
  ///
  /// - Returns: nil where a quote is not closed.
  package static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return quote == nil && !isEscaped ? words : nil
  }
}
