import Canvas

/// The sequences that begin with escape and a bracket, which carry keys, the mouse and pasted text.
/// Source: ECMA-48 for the form, xterm's "Control Sequences" for the meanings.
enum ControlSequence {
  enum Outcome {
    case key(Key, Int)
    case answer(TerminalAnswer, Int)
    /// Well formed, but nothing that a key is.
    case ignored(Int)
    case incomplete
  }

  /// Reads one sequence from the front of bytes that begin with escape and `[`.
  static func parse(_ bytes: ArraySlice<UInt8>, isFinal: Bool) -> Outcome {
    let body = bytes.dropFirst(2)
    guard let first = body.first else {
      return isFinal ? .key(.alt("["), 2) : .incomplete
    }
    // The Linux console's F1 … F5 and the mouse of old do not keep to the form.
    if first == UInt8(ascii: "[") {
      guard let letter = body.dropFirst().first else {
        return isFinal ? .ignored(3) : .incomplete
      }
      let number = Int(letter) - Int(UInt8(ascii: "A")) + 1
      return (1...5).contains(number) ? .key(.function(number), 4) : .ignored(4)
    }
    if first == UInt8(ascii: "M") { return oldMouse(body.dropFirst(), isFinal: isFinal) }

    guard let end = body.firstIndex(where: { (0x40...0x7e).contains($0) }) else {
      // A byte that has no place in a sequence ends it.
      if let stray = body.firstIndex(where: { $0 < 0x20 || $0 > 0x7e }) {
        return .ignored(stray - bytes.startIndex)
      }
      return isFinal ? .ignored(bytes.count) : .incomplete
    }
    if let stray = body[..<end].firstIndex(where: { $0 < 0x20 || $0 > 0x7e }) {
      return .ignored(stray - bytes.startIndex)
    }
    let length = end + 1 - bytes.startIndex
    let parameters = body[..<end]
    if bytes[end] == UInt8(ascii: "~") && parameters.elementsEqual("200".utf8) {
      return paste(bytes.dropFirst(length), header: length)
    }
    if let answer = TerminalAnswer(parameters, final: bytes[end]) {
      return .answer(answer, length)
    }
    return key(parameters, final: bytes[end]).map { .key($0, length) } ?? .ignored(length)
  }

  private static func key(_ parameters: ArraySlice<UInt8>, final: UInt8) -> Key? {
    if parameters.first == UInt8(ascii: "<") {
      return mouse(numbers(parameters.dropFirst()), isRelease: final == UInt8(ascii: "m"))
    }
    // Answers and reports of other kinds begin with a mark of their own.
    if let mark = parameters.first, (0x3c...0x3f).contains(mark) { return nil }
    let numbers = numbers(parameters)
    let modifiers = modifiers(numbers.count > 1 ? numbers[1] : 1)
    switch final {
    case UInt8(ascii: "A"): return .arrow(.up, modifiers)
    case UInt8(ascii: "B"): return .arrow(.down, modifiers)
    case UInt8(ascii: "C"): return .arrow(.right, modifiers)
    case UInt8(ascii: "D"): return .arrow(.left, modifiers)
    // rxvt shifts the letter instead of saying so.
    case UInt8(ascii: "a"): return .arrow(.up, .shift)
    case UInt8(ascii: "b"): return .arrow(.down, .shift)
    case UInt8(ascii: "c"): return .arrow(.right, .shift)
    case UInt8(ascii: "d"): return .arrow(.left, .shift)
    case UInt8(ascii: "Z"): return .backtab
    case UInt8(ascii: "u"): return character(numbers.first ?? 0, modifiers)
    case UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "^"):
      if numbers.first == 27, numbers.count > 2 { return character(numbers[2], modifiers) }
      return numbered(numbers.first ?? 0)
    default: return shifted(final: final)
    }
  }

  /// The keys that end in a letter after `ESC O`, and mostly after `ESC [` too.
  static func shifted(final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .arrow(.up)
    case UInt8(ascii: "B"): .arrow(.down)
    case UInt8(ascii: "C"): .arrow(.right)
    case UInt8(ascii: "D"): .arrow(.left)
    case UInt8(ascii: "a"): .arrow(.up, .control)
    case UInt8(ascii: "b"): .arrow(.down, .control)
    case UInt8(ascii: "c"): .arrow(.right, .control)
    case UInt8(ascii: "d"): .arrow(.left, .control)
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "P"): .function(1)
    case UInt8(ascii: "Q"): .function(2)
    case UInt8(ascii: "R"): .function(3)
    case UInt8(ascii: "S"): .function(4)
    case UInt8(ascii: "M"): .enter
    // The number pad in application mode: `*` … `9`, shifted by 0x40.
    case 0x6a...0x79: .character(Character(Unicode.Scalar(final - 0x40)))
    default: nil
    }
  }

  private static func numbered(_ number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23...26: .function(number - 12)
    case 28, 29: .function(number - 13)
    case 31...34: .function(number - 14)
    default: nil
    }
  }

  /// A key that is given by its character, for combinations that bytes cannot tell apart.
  private static func character(_ code: Int, _ modifiers: Key.Modifiers) -> Key? {
    switch code {
    case 9: return modifiers.contains(.shift) ? .backtab : .tab
    case 13: return .enter
    case 27: return .escape
    case 8, 127: return .backspace
    default: break
    }
    guard code >= 0x20, let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
    let character = Character(scalar)
    if modifiers.contains(.control) { return .control(character) }
    if modifiers.contains(.alt) { return .alt(character) }
    let shifted = modifiers.contains(.shift) ? character.uppercased().first : nil
    return .character(shifted ?? character)
  }

  private static func modifiers(_ parameter: Int) -> Key.Modifiers {
    // One more than the sum of shift 1, alt 2, control 4.
    Key.Modifiers(rawValue: UInt8(max(0, parameter - 1) & 7))
  }

  static func numbers(_ parameters: ArraySlice<UInt8>) -> [Int] {
    parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { digits in
      digits.prefix(6).reduce(0) { $0 * 10 + max(0, min(9, Int($1) - 0x30)) }
    }
  }

  /// `<button;column;row`, columns and rows from 1.
  private static func mouse(_ numbers: [Int], isRelease: Bool) -> Key? {
    guard numbers.count == 3 else { return nil }
    return mouse(code: numbers[0], x: numbers[1] - 1, y: numbers[2] - 1, isRelease: isRelease)
  }

  /// Three bytes, each 32 more than it means; a release does not say of which button.
  private static func oldMouse(_ bytes: ArraySlice<UInt8>, isFinal: Bool) -> Outcome {
    guard bytes.count >= 3 else { return isFinal ? .ignored(3 + bytes.count) : .incomplete }
    let numbers = bytes.prefix(3).map { Int($0) - 32 }
    let isRelease = numbers[0] & 0b1110_0011 == 3
    let key = mouse(
      code: numbers[0], x: numbers[1] - 1, y: numbers[2] - 1, isRelease: isRelease)
    return key.map { .key($0, 6) } ?? .ignored(6)
  }

  private static func mouse(code: Int, x: Int, y: Int, isRelease: Bool) -> Key? {
    // Shift 4, alt 8, control 16; in our order shift, alt, control.
    let modifiers = Key.Modifiers(rawValue: UInt8(code >> 2 & 7))
    let buttons: [Key.Mouse.Button] = [.left, .middle, .right, .none]
    let action: Key.Mouse.Action
    switch code & 0b1110_0000 {
    case 64 where code & 3 == 0: action = .wheelUp
    case 64 where code & 3 == 1: action = .wheelDown
    case 32: action = .drag
    case 0: action = isRelease ? .release : .press
    default: return nil
    }
    let button = code & 64 != 0 ? .none : buttons[code & 3]
    return .mouse(
      Key.Mouse(action, button: button, x: max(0, x), y: max(0, y), modifiers: modifiers))
  }

  /// Everything up to the mark of the end; controls other than tab and line ends are dropped.
  private static func paste(_ bytes: ArraySlice<UInt8>, header: Int) -> Outcome {
    let mark = Array("\u{1b}[201~".utf8)
    guard let end = firstIndex(of: mark, in: bytes) else { return .incomplete }
    let text = String(decoding: bytes[..<end], as: UTF8.self)
      .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
      .filter {
        $0 == "\n" || $0 == "\t"
          || $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
      }
    return .key(.paste(text), header + end - bytes.startIndex + mark.count)
  }

  private static func firstIndex(of mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    var index = bytes.startIndex
    while let candidate = bytes[index...].firstIndex(of: mark[0]) {
      if bytes[candidate...].starts(with: mark) { return candidate }
      index = candidate + 1
    }
    return nil
  }
}
