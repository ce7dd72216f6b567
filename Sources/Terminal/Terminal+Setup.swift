import CTerminal
import Canvas
import Foundation

extension Terminal {
  /// The size of a terminal; 80 × 24 where it does not say, as on a serial line.
  static func size(of output: Int32) -> Size {
    var window = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0
    else { return Size(width: 80, height: 24) }
    // ncurses sets aside memory for every cell; no screen is larger than this.
    return Size(width: min(Int(window.ws_col), 2000), height: min(Int(window.ws_row), 1000))
  }

  /// Sets the locale for characters and chooses the graph symbols by it.
  ///
  /// Whoever asks for braille or blocks in a locale without them knows the terminal better: then
  /// the characters are written in UTF-8 all the same.
  package static func chooseSymbols(_ requested: GraphSymbols?) -> GraphSymbols {
    setlocale(LC_CTYPE, "")
    let isUTF8 = String(cString: nl_langinfo(Int32(CODESET))).uppercased() == "UTF-8"
    if let requested {
      if !isUTF8 && requested != .ascii { setlocale(LC_CTYPE, "C.UTF-8") }
      return requested
    }
    // The fonts of Linux's own console have blocks, but no braille.
    let isConsole = getenv("TERM").map { String(cString: $0) } == "linux"
    return isUTF8 ? (isConsole ? .block : .braille) : .ascii
  }

  /// Opens the screen for the terminal type, or for its sibling with direct colours.
  ///
  /// Most terminals with 24-bit colours are described as having 256 and say the rest in
  /// `COLORTERM`; terminfo often has their full description under a name in `-direct`.
  static func openScreen(type: String, size: Size, environment: [String: String]) -> Bool {
    let rows = Int32(size.height)
    let columns = Int32(size.width)
    if ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "") {
      let base = type.hasSuffix("-256color") ? String(type.dropLast(9)) : type
      if terminal_screen_open("\(base)-direct", rows, columns) { return true }
      terminal_screen_close()
    }
    return terminal_screen_open(type, rows, columns)
  }

  static func makePipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    // Without a pipe the program works but does not notice a new size: no reason to give up.
    guard pipe(&ends) == 0 else { return (-1, -1) }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    return (ends[0], ends[1])
  }
}

/// What is written to take the terminal and to give it back, and the keys that terminfo describes.
struct TerminalSequences {
  let usesMouse: Bool
  /// Whether the terminal speaks xterm's language, by its having a mouse.
  let isModern: Bool

  init(usesMouse: Bool) {
    isModern = !Self.capability("kmous").isEmpty
    self.usesMouse = usesMouse && isModern
  }

  var enter: String {
    var text = Self.capability("smcup") + Self.capability("smkx")
    // Buttons with drags (1002) in decimal (1006); marks about pasted text (2004).
    if usesMouse { text += "\u{1b}[?1002h\u{1b}[?1006h" }
    if isModern { text += "\u{1b}[?2004h" }
    return text
  }

  func leave(rows: Int) -> String {
    var text = ""
    if isModern { text += "\u{1b}[?2026l\u{1b}[?2004l" }
    if usesMouse { text += "\u{1b}[?1006l\u{1b}[?1002l" }
    text += Self.capability("sgr0") + Self.capability("rmkx") + Self.capability("cnorm")
    // Where there is no other screen to return from, as in GNU screen unless it is told otherwise,
    // the shell goes on below ours.
    text += String(cString: terminal_screen_move(Int32(max(0, rows - 1)), 0))
    return text + Self.capability("el") + "\r\n" + Self.capability("rmcup")
  }

  /// Keys whose sequences differ from terminal to terminal.
  static func describedKeys() -> [[UInt8]: Key] {
    let named: [(String, Key)] = [
      ("kcuu1", .arrow(.up)), ("kcud1", .arrow(.down)), ("kcub1", .arrow(.left)),
      ("kcuf1", .arrow(.right)), ("kLFT", .arrow(.left, .shift)), ("kRIT", .arrow(.right, .shift)),
      ("khome", .home), ("kend", .end), ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert),
      ("kdch1", .delete), ("kcbt", .backtab),
    ]
    var keys: [[UInt8]: Key] = [:]
    for (name, key) in named + (1...12).map({ ("kf\($0)", .function($0)) }) {
      let sequence = Array(capability(name).utf8)
      // A single byte is a control that has a meaning of its own.
      if sequence.count > 1 && sequence[0] == 0x1b { keys[sequence] = key }
    }
    return keys
  }

  private static func capability(_ name: String) -> String {
    String(cString: terminal_screen_capability(name))
  }
}
