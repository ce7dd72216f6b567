/// The ids of the tokens that models give a meaning; nil for those that a tokenizer does not have.
package struct SpecialTokens: Sendable, Equatable {
  /// Begins a text that is to be classified.
  package var cls: Int?
  /// Stands between two texts and at the end.
  package var sep: Int?
  /// Fills up short texts.
  package var pad: Int?
  /// Begins a text that is to be continued.
  package var bos: Int?
  /// Ends a text.
  package var eos: Int?
  /// Stands for what the vocabulary has no token for.
  package var unk: Int?
  /// Stands for what the model is to guess.
  package var mask: Int?
}

/// What a special token is for, by the name that files give it, in the order in which they are added.
enum SpecialRole: String, CaseIterable, Sendable {
  case bos = "bos_token"
  case eos = "eos_token"
  case unk = "unk_token"
  case sep = "sep_token"
  case pad = "pad_token"
  case cls = "cls_token"
  case mask = "mask_token"
}

extension SpecialTokens {
  subscript(role: SpecialRole) -> Int? {
    get {
      switch role {
      case .bos: bos
      case .eos: eos
      case .unk: unk
      case .sep: sep
      case .pad: pad
      case .cls: cls
      case .mask: mask
      }
    }
    set {
      switch role {
      case .bos: bos = newValue
      case .eos: eos = newValue
      case .unk: unk = newValue
      case .sep: sep = newValue
      case .pad: pad = newValue
      case .cls: cls = newValue
      case .mask: mask = newValue
      }
    }
  }
}
