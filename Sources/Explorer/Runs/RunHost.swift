import Canvas

/// Another machine whose runs are shown.
package struct RunHost: Sendable, Hashable {
  package enum Connection: Sendable, Hashable {
    case connecting
    /// It answers and tells what there is.
    case reading
    case connected
    /// It will be tried again in so many seconds.
    case lost(reason: String, seconds: Int)
    /// Waiting does not help.
    case failed(reason: String)
  }

  package var name: String
  package var connection: Connection

  package init(name: String, connection: Connection) {
    self.name = name
    self.connection = connection
  }

  /// Whether nothing is on its way.
  var isSettled: Bool {
    switch connection {
    case .connecting, .reading: false
    case .connected, .lost, .failed: true
    }
  }

  /// Whether a person may want to do something about it.
  var hasTrouble: Bool {
    switch connection {
    case .connecting, .reading, .connected: false
    case .lost, .failed: true
    }
  }

  /// What is wrong, in a sentence; nil where nothing is.
  func trouble(_ look: Appearance) -> String? {
    hasTrouble ? text(width: .max, look) + "." : nil
  }

  /// How the connection is, in words; of a long name its ends, and of a long reason as much as there
  /// is room for.
  func text(width: Int, _ look: Appearance) -> String {
    let whole = text(name, reasonWidth: .max, look)
    if DisplayWidth.of(whole) <= width { return whole }
    let nameWidth = max(10, width / 4)
    let short =
      DisplayWidth.of(name) > nameWidth ? name.keepingBothEnds(to: nameWidth, look) : name
    let least = DisplayWidth.of(text(short, reasonWidth: 0, look))
    return text(short, reasonWidth: max(8, width - least), look)
  }

  private func text(_ name: String, reasonWidth: Int, _ look: Appearance) -> String {
    let ellipsis = look.symbols.symbol(.ellipsis)
    func text(_ reason: String, _ rest: String = "") -> String {
      "\(name): \(reason.truncated(to: reasonWidth, ellipsis: ellipsis))\(rest)"
    }
    return switch connection {
    case .connecting: "connecting to \(name)\(ellipsis)"
    case .reading: "reading \(name)\(ellipsis)"
    case .connected: "\(name) \(look.symbols == .ascii ? "connected" : "✓")"
    case .lost(let reason, let seconds): text(reason, ", next try in \(seconds) s")
    case .failed(let reason): text(reason)
    }
  }
}
