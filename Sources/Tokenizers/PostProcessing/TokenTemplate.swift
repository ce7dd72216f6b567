/// The special tokens that are put around a text or a pair of texts.
struct TokenTemplate: Sendable, Equatable {
  enum Element: Sendable, Equatable {
    case special(ids: [Int], typeID: Int)
    /// 0 is the first text, 1 the second.
    case sequence(Int, typeID: Int)

    var isSpecial: Bool {
      if case .special = self { true } else { false }
    }
  }

  var single: [Element]
  var pair: [Element]

  /// Nothing but the texts.
  static let plain = TokenTemplate(
    single: [.sequence(0, typeID: 0)], pair: [.sequence(0, typeID: 0), .sequence(1, typeID: 1)])

  /// BERT's: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`.
  static func bert(cls: Int, sep: Int) -> TokenTemplate {
    let single: [Element] = [
      .special(ids: [cls], typeID: 0), .sequence(0, typeID: 0), .special(ids: [sep], typeID: 0),
    ]
    let second: [Element] = [.sequence(1, typeID: 1), .special(ids: [sep], typeID: 1)]
    return TokenTemplate(single: single, pair: single + second)
  }

  /// RoBERTa's: `<s> A </s>` and `<s> A </s> </s> B </s>`, all of one type.
  static func roberta(cls: Int, sep: Int) -> TokenTemplate {
    let single: [Element] = [
      .special(ids: [cls], typeID: 0), .sequence(0, typeID: 0), .special(ids: [sep], typeID: 0),
    ]
    let second: [Element] = [
      .special(ids: [sep], typeID: 0), .sequence(1, typeID: 0), .special(ids: [sep], typeID: 0),
    ]
    return TokenTemplate(single: single, pair: single + second)
  }

  /// A beginning and an end around each text; nil for those that are not wanted.
  static func marked(bos: Int?, eos: Int?) -> TokenTemplate {
    func marked(_ sequence: Int) -> [Element] {
      let start = bos.map { Element.special(ids: [$0], typeID: sequence) }
      let end = eos.map { Element.special(ids: [$0], typeID: sequence) }
      return [start, .sequence(sequence, typeID: sequence), end].compactMap { $0 }
    }
    return TokenTemplate(single: marked(0), pair: marked(0) + marked(1))
  }

  func elements(isPair: Bool) -> [Element] { isPair ? pair : single }
}
