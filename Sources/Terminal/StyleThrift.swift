/// Leaves out of frames the changes of style that change nothing.
///
/// ncurses sends both colours where one of them changes, and all of a style where a part of it ends;
/// on a screen of a theme's own background that is two thirds of a frame. Here a style is sent when
/// something is drawn in it, and only what differs from the one before.
/// Source: ECMA-48, SGR; ISO 8613-6 for colours by number and by value.
package struct StyleThrift {
  /// What the terminal draws with; nil where that is not known.
  private var sent: Style?
  private var wanted = Style()
  /// The set that `ESC (` has chosen last; nil where that is not known.
  private var characterSet: UInt8?
  /// The parameters that are being read.
  private var numbers: [Int] = []
  /// False from the first style on that is not understood: then everything passes.
  private var isReliable = true

  package init() {}

  private struct Style: Equatable {
    var bold = false
    var dim = false
    var underline = false
    var reverse = false
    var foreground = Color.standard
    var background = Color.standard
  }

  private enum Color: Equatable {
    case standard
    /// One of the first sixteen: 0…7, or 60…67 for the bright ones.
    case named(Int)
    case indexed(Int)
    /// Red, green and blue, in the newer form with colons or in the older one.
    case direct(Int, Int, Int, hasColons: Bool)
  }

  /// Forgets what the terminal draws with.
  package mutating func forget() { (sent, characterSet) = (nil, nil) }

  /// The frame, shorter.
  package mutating func spare(_ frame: UnsafeBufferPointer<CChar>) -> [CChar] {
    guard isReliable else { return Array(frame) }
    var result: [CChar] = []
    result.reserveCapacity(frame.count)
    var index = 0
    while index < frame.count {
      let end = Self.endOfSequence(frame, from: index)
      let piece = frame[index..<end]
      index = end
      guard isReliable, piece.first == 0x1b else {
        // Carriage return and backspace only move.
        if piece.first != 0x0d && piece.first != 0x08 { bringUpToDate(&result) }
        result += piece
        continue
      }
      if piece.last == CChar(UInt8(ascii: "m")), piece.dropFirst().first == Self.bracket {
        if read(piece.dropFirst(2).dropLast()) { continue }
        bringUpToDate(&result)
        isReliable = false
      } else if piece.count == 3, piece.dropFirst().first == CChar(UInt8(ascii: "(")) {
        let set = UInt8(bitPattern: piece.last!)
        if characterSet == set { continue }
        characterSet = set
      } else if !Self.isMove(piece) {
        bringUpToDate(&result)
      }
      result += piece
    }
    return result
  }

  private static let bracket = CChar(UInt8(ascii: "["))

  /// Where the control sequence at an index ends, or the run of text, or the control character.
  private static func endOfSequence(
    _ frame: UnsafeBufferPointer<CChar>, from start: Int
  ) -> Int {
    func byte(_ index: Int) -> UInt8 { UInt8(bitPattern: frame[index]) }
    var end = start + 1
    guard byte(start) == 0x1b else {
      guard byte(start) >= 0x20 else { return end }
      while end < frame.count, byte(end) >= 0x20 { end += 1 }
      return end
    }
    guard end < frame.count else { return end }
    if frame[end] == bracket {
      end += 1
      while end < frame.count, !(0x40...0x7e).contains(byte(end)) { end += 1 }
    } else {
      while end < frame.count, (0x20...0x2f).contains(byte(end)) { end += 1 }
    }
    return min(end + 1, frame.count)
  }

  /// Whether a sequence only moves the cursor; others may fill cells with the background.
  private static func isMove(_ piece: Slice<UnsafeBufferPointer<CChar>>) -> Bool {
    guard piece.dropFirst().first == bracket else { return false }
    return "ABCDGHdf".utf8.contains(UInt8(bitPattern: piece.last!))
  }

  // MARK: Reading

  /// Takes over the parameters of a style; false where they say something unknown.
  private mutating func read(_ parameters: Slice<UnsafeBufferPointer<CChar>>) -> Bool {
    numbers.removeAll(keepingCapacity: true)
    numbers.append(0)
    var hasColons = false
    for byte in parameters {
      switch UInt8(bitPattern: byte) {
      case UInt8(ascii: ";"): numbers.append(0)
      case UInt8(ascii: ":"):
        numbers.append(0)
        hasColons = true
      case let digit: numbers[numbers.count - 1] = numbers.last! &* 10 &+ Int(digit) &- 0x30
      }
    }
    // With colons the whole sequence is one colour, as ncurses writes it.
    if hasColons && numbers[0] != 38 && numbers[0] != 48 { return false }
    var index = 0
    while index < numbers.count {
      let number = numbers[index]
      switch number {
      case 0: wanted = Style()
      case 1: wanted.bold = true
      case 2: wanted.dim = true
      case 4: wanted.underline = true
      case 7: wanted.reverse = true
      case 22: (wanted.bold, wanted.dim) = (false, false)
      case 24: wanted.underline = false
      case 27: wanted.reverse = false
      case 30...37, 90...97: wanted.foreground = .named(number - 30)
      case 39: wanted.foreground = .standard
      case 40...47, 100...107: wanted.background = .named(number - 40)
      case 49: wanted.background = .standard
      case 38, 48:
        guard let (color, length) = color(at: index + 1, hasColons: hasColons) else {
          return false
        }
        if number == 38 { wanted.foreground = color } else { wanted.background = color }
        index += length
      default: return false
      }
      index += 1
    }
    return true
  }

  private func color(at start: Int, hasColons: Bool) -> (color: Color, length: Int)? {
    let count = numbers.count - start
    // With colons a colour space stands in between, and may be empty.
    let space = hasColons && count == 5 ? 1 : 0
    guard count >= 2 else { return nil }
    switch numbers[start] {
    case 5: return (.indexed(numbers[start + 1]), 2)
    case 2 where count >= 4 + space:
      let first = start + 1 + space
      return (
        .direct(numbers[first], numbers[first + 1], numbers[first + 2], hasColons: hasColons),
        4 + space
      )
    default: return nil
    }
  }

  // MARK: Writing

  private mutating func bringUpToDate(_ result: inout [CChar]) {
    guard isReliable, sent != wanted else { return }
    var from = sent ?? Style()
    let isReset = sent == nil || wanted == Style()
    if isReset { from = Style() }
    result += Self.opening
    var isFirst = true
    func add(_ text: String) {
      if !isFirst { result.append(CChar(UInt8(ascii: ";"))) }
      isFirst = false
      for byte in text.utf8 { result.append(CChar(byte)) }
    }
    // Without a number it is a reset, too.
    if isReset && wanted != Style() { add("0") }
    if from.bold && !wanted.bold || from.dim && !wanted.dim {
      add("22")
      (from.bold, from.dim) = (false, false)
    }
    if wanted.bold && !from.bold { add("1") }
    if wanted.dim && !from.dim { add("2") }
    if wanted.underline != from.underline { add(wanted.underline ? "4" : "24") }
    if wanted.reverse != from.reverse { add(wanted.reverse ? "7" : "27") }
    if wanted.foreground != from.foreground { add(Self.code(wanted.foreground, base: 30)) }
    if wanted.background != from.background { add(Self.code(wanted.background, base: 40)) }
    result.append(CChar(UInt8(ascii: "m")))
    sent = wanted
  }

  private static let opening = [CChar(0x1b), bracket]

  private static func code(_ color: Color, base: Int) -> String {
    switch color {
    case .standard: "\(base + 9)"
    case .named(let number): "\(base + number)"
    case .indexed(let number): "\(base + 8);5;\(number)"
    case .direct(let red, let green, let blue, true): "\(base + 8):2::\(red):\(green):\(blue)"
    case .direct(let red, let green, let blue, false): "\(base + 8);2;\(red);\(green);\(blue)"
    }
  }
}
