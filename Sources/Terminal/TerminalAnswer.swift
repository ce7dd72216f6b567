/// What a terminal says when it is asked; never a key.
package enum TerminalAnswer: Sendable, Hashable {
  /// It has taken in everything before the question.
  case status
  /// Whether it knows a private mode.
  case mode(Int, isKnown: Bool)

  /// Device status report (ECMA-48).
  static let statusQuestion = "\u{1b}[5n"
  /// DECRQM for synchronized output; terminals without it answer 0, or nothing.
  static let synchronizationQuestion = "\u{1b}[?\(synchronization)$p"
  static let synchronization = 2026

  /// Reads a control sequence that is split into its parameters and its last byte.
  init?(_ parameters: ArraySlice<UInt8>, final: UInt8) {
    switch final {
    case UInt8(ascii: "n") where parameters.allSatisfy { (0x30...0x39).contains($0) }:
      self = .status
    case UInt8(ascii: "y") where parameters.first == UInt8(ascii: "?"):
      let numbers = ControlSequence.numbers(parameters.dropFirst().prefix { $0 != 0x24 })
      guard numbers.count == 2 else { return nil }
      // 1 set, 2 reset; 0 unknown, 3 and 4 fixed for good.
      self = .mode(numbers[0], isKnown: numbers[1] == 1 || numbers[1] == 2)
    default: return nil
    }
  }

  /// Whether bytes are an answer, with whatever follows, or the beginning of one.
  static func mayBegin(_ bytes: some Sequence<UInt8>) -> Bool {
    for (index, byte) in bytes.enumerated() {
      switch (index, byte) {
      case (0, 0x1b), (1, UInt8(ascii: "[")), (2, UInt8(ascii: "?")): continue
      case (2..., UInt8(ascii: "0")...UInt8(ascii: "9")): continue
      case (3..., UInt8(ascii: ";")), (3..., UInt8(ascii: "$")): continue
      case (3..., UInt8(ascii: "n")), (3..., UInt8(ascii: "y")): return true
      default: return false
      }
    }
    return true
  }
}
