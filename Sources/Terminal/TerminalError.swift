/// Why there is no screen, and what to do.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  case notATerminal(stream: String)
  case noType
  case unusableType(String)
  case alreadyOpen
  case hungUp
  /// By a signal of this number.
  case ended(Int32)

  package var description: String {
    switch self {
    case .notATerminal(let stream):
      "The \(stream) is not a terminal; run in one, or use `--once` or `inspect` for plain text."
    case .noType:
      "TERM is not set, so the terminal's language is unknown; try `TERM=xterm-256color`."
    case .unusableType(let type):
      """
      The terminal type "\(type)" (TERM) is unknown here or cannot place its cursor; \
      try `TERM=xterm-256color`, or use `--once` or `inspect` for plain text.
      """
    case .alreadyOpen: "The terminal is open already; close the first screen before the second."
    case .hungUp: "The terminal is gone."
    case .ended(let signal): "The program was ended by signal \(signal)."
    }
  }
}
