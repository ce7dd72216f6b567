import Canvas

/// Turns the bytes that a terminal sends into keys.
///
/// It reads xterm's language, which nearly all terminals speak, with the forms of rxvt, the Linux
/// console and kitty where they differ, and whatever sequences terminfo adds. Reading bytes rather
/// than ncurses' key codes keeps the mouse, drags, modifiers and pasted text independent of what a
/// terminal's description happens to contain.
package struct KeyDecoder: Sendable {
  /// Sequences of the terminal's description, such as those of `kcuu1`.
  private let described: [[UInt8]: Key]
  private var pending: [UInt8] = []
  /// Whether `pending` has waited longer than the bytes of a key do.
  private var isOld = false
  private var answers: [TerminalAnswer] = []

  package init(described: [[UInt8]: Key] = [:]) {
    self.described = described
  }

  /// Whether bytes are left that may become more: an escape, or part of a character.
  package var isWaiting: Bool { !pending.isEmpty }
  /// Whether what is left can only become an answer any more, or the keys that it is already.
  package var isHolding: Bool { isOld && isWaiting }

  /// The keys that are complete with these bytes.
  package mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
    let bytes = Array(bytes)
    var keys: [Key] = []
    if isHolding && !TerminalAnswer.mayBegin(pending + bytes) { keys = decode(isFinal: true) }
    pending += bytes
    return keys + decode(isFinal: false)
  }

  /// The answers that have come since the last call.
  package mutating func takeAnswers() -> [TerminalAnswer] {
    defer { answers = [] }
    return answers
  }

  /// The keys of what is left, when no more bytes are to come: a lone escape is the escape key.
  ///
  /// Pasted text whose end has not arrived stays.
  /// - Parameter expectingAnswer: whether the terminal was asked something, so that what may be the
  ///   beginning of its answer stays, too.
  package mutating func flush(expectingAnswer: Bool = false) -> [Key] {
    if expectingAnswer && TerminalAnswer.mayBegin(pending) {
      isOld = true
      return []
    }
    return decode(isFinal: true)
  }

  private mutating func decode(isFinal: Bool) -> [Key] {
    var keys: [Key] = []
    var rest = pending[...]
    isOld = false
    while !rest.isEmpty {
      switch step(rest, isFinal: isFinal) {
      case .key(let key, let length):
        keys.append(key)
        rest = rest.dropFirst(length)
      case .text(let length):
        keys += String(decoding: rest.prefix(length), as: UTF8.self).map(Key.character)
        rest = rest.dropFirst(length)
      case .skip(let length): rest = rest.dropFirst(length)
      case .answer(let answer, let length):
        answers.append(answer)
        rest = rest.dropFirst(length)
      case .wait:
        pending = Array(rest)
        return keys
      }
    }
    pending = []
    return keys
  }

  private enum Step {
    case key(Key, Int)
    /// Printable characters; taken as a whole, so that combining marks find their base.
    case text(Int)
    case skip(Int)
    case answer(TerminalAnswer, Int)
    case wait
  }

  private func step(_ bytes: ArraySlice<UInt8>, isFinal: Bool) -> Step {
    let first = bytes.first!
    switch first {
    case 0x1b: return escape(bytes, isFinal: isFinal)
    case 0x0d, 0x0a: return .key(.enter, 1)
    case 0x09: return .key(.tab, 1)
    case 0x08, 0x7f: return .key(.backspace, 1)
    case 0x00..<0x20: return .key(.control(Self.controlCharacter(first)), 1)
    default: return Self.text(bytes, isFinal: isFinal)
    }
  }

  private static func controlCharacter(_ byte: UInt8) -> Character {
    switch byte {
    case 0: " "
    case 1...26: Character(Unicode.Scalar(byte + 0x60))
    default: Character(Unicode.Scalar(byte + 0x40))
    }
  }

  /// The run of whole UTF-8 characters at the front; what is not UTF-8 is skipped.
  private static func text(_ bytes: ArraySlice<UInt8>, isFinal: Bool) -> Step {
    var length = 0
    while length < bytes.count {
      let byte = bytes[bytes.startIndex + length]
      if byte < 0x20 || byte == 0x7f { break }
      let size = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0
      let scalar = bytes.dropFirst(length).prefix(size)
      let isCut = scalar.count < size
      guard size > 0, scalar.dropFirst().allSatisfy({ $0 & 0xc0 == 0x80 }) else {
        return length > 0 ? .text(length) : .skip(1)
      }
      if isCut { return length > 0 ? .text(length) : isFinal ? .skip(1) : .wait }
      // C1 controls, and encodings of surrogates or beyond Unicode.
      guard size == 1 || String(validating: scalar, as: UTF8.self) != nil,
        !(byte == 0xc2 && scalar.last! < 0xa0)
      else { return length > 0 ? .text(length) : .skip(size) }
      length += size
    }
    return .text(length)
  }

  private func escape(_ bytes: ArraySlice<UInt8>, isFinal: Bool) -> Step {
    for (sequence, key) in described where bytes.starts(with: sequence) {
      return .key(key, sequence.count)
    }
    guard bytes.count > 1 else { return isFinal ? .key(.escape, 1) : .wait }
    switch bytes[bytes.startIndex + 1] {
    case UInt8(ascii: "["): return Self.step(ControlSequence.parse(bytes, isFinal: isFinal))
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return isFinal ? .key(.alt("O"), 2) : .wait }
      let final = bytes[bytes.startIndex + 2]
      return ControlSequence.shifted(final: final).map { .key($0, 3) } ?? .skip(3)
    case 0x1b: return .key(.escape, 1)
    // Alt with backspace takes away a word, as it does in a shell.
    case 0x7f: return .key(.control("w"), 2)
    case 0x00..<0x20: return .key(.escape, 1)
    default:
      switch Self.text(bytes.dropFirst(), isFinal: isFinal) {
      case .text(let length):
        let text = String(decoding: bytes.dropFirst().prefix(length), as: UTF8.self)
        return .key(.alt(text.first!), 1 + text.first!.utf8.count)
      case .wait: return .wait
      case .skip(let length): return .skip(1 + length)
      case .key, .answer: return .skip(1)
      }
    }
  }

  private static func step(_ outcome: ControlSequence.Outcome) -> Step {
    switch outcome {
    case .key(let key, let length): .key(key, length)
    case .answer(let answer, let length): .answer(answer, length)
    case .ignored(let length): .skip(length)
    case .incomplete: .wait
    }
  }
}
