import Canvas

/// The sign and the style of a state; the word beside it says the same without either.
struct StateSign {
  var character: Character
  var style: Style

  init(_ state: RunState, _ look: Appearance) {
    let isASCII = look.symbols == .ascii
    switch state {
    case .queued: self.init(isASCII ? "o" : "○", look.roles.muted)
    case .running: self.init(isASCII ? ">" : "▶", look.roles.accent)
    case .paused: self.init(isASCII ? "=" : "‖", look.roles.warning)
    case .interrupted: self.init("!", look.roles.warning.adding(.bold))
    case .failed: self.init(isASCII ? "X" : "✗", look.roles.error)
    case .finished: self.init(isASCII ? "*" : "✓", look.roles.success)
    case .cancelled: self.init("-", look.roles.muted)
    }
  }

  init(_ state: CellRow.State, _ look: Appearance) {
    switch state {
    case .waiting: self.init(.queued, look)
    case .blocked: self.init("-", look.roles.warning)
    case .running: self.init(RunState.running, look)
    case .paused: self.init(RunState.paused, look)
    case .interrupted: self.init(RunState.interrupted, look)
    case .failed: self.init(RunState.failed, look)
    case .finished: self.init(RunState.finished, look)
    }
  }

  private init(_ character: Character, _ style: Style) {
    self.character = character
    self.style = style
  }

  var fragment: Fragment { Fragment(String(character), style) }
}

extension String {
  /// The text filled up with blanks, or cut, to so many columns.
  func padded(to width: Int, _ look: Appearance) -> String {
    let cut = truncated(to: width, ellipsis: look.symbols.symbol(.ellipsis))
    return cut + String(repeating: " ", count: max(0, width - DisplayWidth.of(cut)))
  }

  /// The text at the right end of so many columns.
  func rightAligned(to width: Int, _ look: Appearance) -> String {
    let cut = truncated(to: width, ellipsis: look.symbols.symbol(.ellipsis))
    return String(repeating: " ", count: max(0, width - DisplayWidth.of(cut))) + cut
  }

  /// The text's end where there is too little room: what tells cells and runs apart stands there.
  func keepingEnd(to width: Int, _ look: Appearance) -> String {
    guard DisplayWidth.of(self) > width, width > 1 else { return padded(to: width, look) }
    return String(look.symbols.symbol(.ellipsis)) + String(suffix(width - 1))
  }

  /// The text without its middle where there is too little room: a run's name begins with what it is
  /// and ends with when it was made.
  func keepingBothEnds(to width: Int, _ look: Appearance) -> String {
    guard DisplayWidth.of(self) > width, width > 2 else { return padded(to: width, look) }
    let end = (width - 1) / 2
    return prefix(width - 1 - end) + String(look.symbols.symbol(.ellipsis)) + suffix(end)
  }
}
