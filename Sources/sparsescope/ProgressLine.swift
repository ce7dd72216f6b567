import Foundation

/// Tells on standard error how far something long has come.
///
/// A bar that redraws itself on a terminal; elsewhere a plain line for each tenth of a work that
/// takes long, so that logs stay short.
final class ProgressLine {
  private let title: String
  private let logsTenths: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastShown = ContinuousClock.now - .seconds(1)
  private var loggedTenth = 0
  private static let width = 30

  /// - Parameter logsTenths: whether the work takes minutes, so that a log should tell of it.
  init(title: String, logsTenths: Bool = false) {
    self.title = title
    self.logsTenths = logsTenths
  }

  /// - Parameter note: what else there is to say, such as a loss.
  func show(_ done: Int, of all: Int, note: String = "") {
    guard all > 0 else { return }
    let share = Double(done) / Double(all)
    if isTerminal {
      let now = ContinuousClock.now
      guard done == all || now - lastShown >= .milliseconds(80) else { return }
      lastShown = now
      let filled = Int(share * Double(Self.width))
      let bar =
        String(repeating: "━", count: filled) + String(repeating: "─", count: Self.width - filled)
      write("\r\u{1b}[K\(title) \(bar) \(Int(share * 100)) %  \(note)")
    } else if logsTenths, Int(share * 10) > loggedTenth {
      loggedTenth = Int(share * 10)
      write("\(title) \(Int(share * 100)) %  \(note)\n")
    }
  }

  /// Leaves the line free, or puts a last message there.
  func finish(_ message: String? = nil) {
    if isTerminal { write("\r\u{1b}[K") }
    if let message { write(message + "\n") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
