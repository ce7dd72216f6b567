import Foundation

/// Tells on standard error how far something long has come.
///
/// A bar that redraws itself on a terminal; elsewhere nothing but the last line, so that logs stay
/// short.
final class ProgressLine {
  private let title: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lastShown = ContinuousClock.now - .seconds(1)

  init(title: String) { self.title = title }

  /// - Parameter note: what else there is to say, such as a loss.
  func show(_ done: Int, of all: Int, note: String = "") {
    guard isTerminal, all > 0 else { return }
    let now = ContinuousClock.now
    guard done == all || now - lastShown >= .milliseconds(80) else { return }
    lastShown = now
    let share = Double(done) / Double(all)
    let filled = Int(share * 30)
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: 30 - filled)
    write("\r\u{1b}[K\(title) \(bar) \(Int(share * 100)) %  \(note)")
  }

  /// Leaves the line free for what comes.
  func finish() {
    if isTerminal { write("\r\u{1b}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
