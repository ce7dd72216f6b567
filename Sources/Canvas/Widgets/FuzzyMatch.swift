/// How well a text answers to a few letters typed: they must occur in it in this order.
package struct FuzzyMatch: Sendable, Hashable {
  /// Higher is better; only comparable for the same query.
  package let score: Int
  /// The characters of the text that were matched, by their index.
  package let positions: [Int]

  /// Looks for the query in a text; nil when it does not occur.
  ///
  /// An upper-case letter in the query matches only itself, a lower-case one both; blanks in the
  /// query are ignored. Of all ways to place the query the best is taken: letters at the start of
  /// words and next to each other count most, gaps and late starts cost.
  package init?(_ query: String, in text: String) {
    let wanted = query.filter { !$0.isWhitespace }.map { $0 }
    let characters = Array(text)
    guard !wanted.isEmpty else {
      (score, positions) = (0, [])
      return
    }
    guard wanted.count <= characters.count else { return nil }
    guard let best = Self.bestPlacement(of: wanted, in: characters) else { return nil }
    // Of two equal matches the shorter text has less that was not asked for.
    score = best.score - characters.count / 8
    positions = best.positions
  }

  /// Dynamic programming over (letter of the query, position): the best score of a placement of the
  /// first letters that ends at a position. O(query · text²) in the worst case, for short texts.
  private static func bestPlacement(
    of wanted: [Character], in text: [Character]
  ) -> (score: Int, positions: [Int])? {
    var scores: [[Int?]] = []
    var origins: [[Int]] = []
    for (index, letter) in wanted.enumerated() {
      var row = [Int?](repeating: nil, count: text.count)
      var origin = [Int](repeating: -1, count: text.count)
      for position in index..<text.count where matches(letter, text[position]) {
        let own =
          10 + (isWordStart(position, in: text) ? 12 : 0) + (text[position] == letter ? 1 : 0)
        guard index > 0 else {
          row[position] = own - min(position, 10)
          continue
        }
        for previous in (index - 1)..<position {
          guard let before = scores[index - 1][previous] else { continue }
          let gap = position - previous - 1
          let score = before + own + (gap == 0 ? 15 : -min(gap, 10))
          if score > row[position] ?? .min {
            row[position] = score
            origin[position] = previous
          }
        }
      }
      scores.append(row)
      origins.append(origin)
    }
    let last = scores[wanted.count - 1]
    guard
      var position = text.indices.filter({ last[$0] != nil }).max(by: { last[$0]! < last[$1]! })
    else { return nil }
    let score = last[position]!
    var positions: [Int] = []
    for index in stride(from: wanted.count - 1, through: 0, by: -1) {
      positions.insert(position, at: 0)
      position = origins[index][position]
    }
    return (score, positions)
  }

  private static func matches(_ letter: Character, _ character: Character) -> Bool {
    letter == character || letter == character.lowercased().first
  }

  private static func isWordStart(_ position: Int, in text: [Character]) -> Bool {
    guard position > 0 else { return true }
    let before = text[position - 1]
    if !before.isLetter && !before.isNumber { return !isArticle(at: position, in: text) }
    return before.isLowercase && text[position].isUppercase
  }

  /// Nobody looks for a command by its articles.
  private static func isArticle(at position: Int, in text: [Character]) -> Bool {
    ["a", "an", "the"].contains(String(text[position...].prefix { $0.isLetter }))
  }

  /// The items that match, best first; items of equal score keep their order.
  package static func rank<Item>(
    _ items: [Item], query: String, by text: (Item) -> String
  ) -> [(item: Item, match: FuzzyMatch)] {
    var found: [(index: Int, item: Item, match: FuzzyMatch)] = []
    for (index, item) in items.enumerated() {
      if let match = FuzzyMatch(query, in: text(item)) { found.append((index, item, match)) }
    }
    found.sort { ($1.match.score, $0.index) < ($0.match.score, $1.index) }
    return found.map { ($0.item, $0.match) }
  }
}
