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
  var trouble: Bool {
    switch connection {
    case .connecting, .reading, .connected: false
    case .lost, .failed: true
    }
  }

  /// How the connection is, in words.
  var text: String {
    switch connection {
    case .connecting: "connecting to \(name)…"
    case .reading: "reading \(name)…"
    case .connected: "\(name) ✓"
    case .lost(let reason, let seconds): "\(name): \(reason), next try in \(seconds) s"
    case .failed(let reason): "\(name): \(reason)"
    }
  }
}
