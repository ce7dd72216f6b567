import Canvas
import Foundation

extension Terminal {
  /// How the terminal is to be used.
  package struct Options: Sendable {
    /// Colours to use at most; nil to ask `NO_COLOR` and the terminal.
    package var depth: ColorDepth?
    /// Graph symbols; nil for braille where the locale is UTF-8 and ASCII elsewhere.
    package var symbols: GraphSymbols?
    /// How long a lone escape may be the start of a longer key; raise it on slow links.
    package var escapeDelay: Duration
    package var usesMouse: Bool
    /// Whether the terminal is asked after each frame if it is there; see `FramePacing`.
    package var pacesFrames: Bool
    package var input: Int32
    package var output: Int32
    /// Where `TERM`, `NO_COLOR`, `COLORTERM` are looked up.
    package var environment: [String: String]

    package init(
      depth: ColorDepth? = nil, symbols: GraphSymbols? = nil,
      escapeDelay: Duration = .milliseconds(25), usesMouse: Bool = true,
      pacesFrames: Bool = true, input: Int32 = STDIN_FILENO,
      output: Int32 = STDOUT_FILENO,
      environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
      self.depth = depth
      self.symbols = symbols
      self.escapeDelay = escapeDelay
      self.usesMouse = usesMouse
      self.pacesFrames = pacesFrames
      self.input = input
      self.output = output
      self.environment = environment
    }
  }
}
