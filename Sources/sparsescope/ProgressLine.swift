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

  /// - Parameter logsTenths: whether the work takes minutes, so that a log should tell of it.
  init(title: String, logsTenths: Bool = false) {
    self.title = title
    self.logsTenths = logsTenths
  }

  /// - Parameter note: what else there is to say, such as a loss.
  func show(_ done: Int, of all: Int, note: String = "") {
    guard all > 0 else { return }
    let share = min(max(Double(done) / Double(all), 0), 1)
    if isTerminal {
      let now = ContinuousClock.now
      guard done == all || now - lastShown >= .milliseconds(80) else { return }
      lastShown = now
      StandardError.write(raw: "\r\u{1b}[K" + line(share, note: note, columns: Self.columns))
    } else if logsTenths, Int(share * 10) > loggedTenth {
      loggedTenth = Int(share * 10)
      StandardError.write(raw: "\(title) \(Int(share * 100)) %  \(note)\n")
    }
  }

  /// Leaves the line free, or puts a last message there.
  func finish(_ message: String? = nil) {
    if isTerminal { StandardError.write(raw: "\r\u{1b}[K") }
    if let message { StandardError.write(raw: message + "\n") }
  }

  /// One line that leaves the last column free: a terminal would wrap a longer one, and redrawing
  /// leave the wrapped part behind. Of the title the ends stay, of the note its beginning.
  private func line(_ share: Double, note: String, columns: Int) -> String {
    let title = Self.shortened(title, to: max(8, columns / 3))
    let width = columns >= 80 ? 30 : max(4, columns / 6)
    let filled = Int(share * Double(width))
    let bar = String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    return String("\(title) \(bar) \(Int(share * 100)) %  \(note)".prefix(max(1, columns - 1)))
  }

  /// A text with its middle left out where it is too long.
  private static func shortened(_ text: String, to count: Int) -> String {
    guard text.count > count else { return text }
    return text.prefix((count - 1) / 2) + "…" + text.suffix(count / 2)
  }

  /// The width of the terminal, which may change meanwhile.
  private static var columns: Int {
    var window = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else {
      return 80
    }
    return Int(window.ws_col)
  }
}
