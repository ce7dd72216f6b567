import Canvas
import Explorer
import Glibc

/// What a terminal can show: a state that is drawn, with the threads behind it.
protocol TerminalScreen: AnyObject {
  var kind: ScreenKind { get }
  /// Whether it has the terminal; a screen that has it not may look less often for what is new.
  var isInFront: Bool { get set }
  var look: Appearance { get }
  var frame: Canvas { get }
  /// Becomes readable when other threads have something for it.
  var fileDescriptor: Int32 { get }
  /// Milliseconds until time alone brings something about; -1 for never.
  var timeout: Int32 { get }
  /// Whether it computes, and whether nothing is on its way any more.
  var isBusy: Bool { get }
  var isSettled: Bool { get }

  /// Takes keys and whatever has come from other threads.
  ///
  /// - Returns: what the owner of the terminal is to do; nil where nothing has happened.
  func advance(_ keys: [Key]) -> [ScreenEffect]?

  /// Writes down how a person looks at it, where that has changed; on another thread.
  func keepView()

  /// Takes over the size and the look that another screen has had meanwhile.
  func appear(size: Size, look: Appearance)
}

enum ScreenKind { case explorer, runs }

/// What only the owner of the terminal can do.
enum ScreenEffect {
  case quit
  case suspend
  case redraw
  case copy(String)
  case show(ScreenKind)
}

extension ExplorerSession: TerminalScreen {
  var kind: ScreenKind { .explorer }
  var look: Appearance { state.look }
  var frame: Canvas { Explorer.frame(of: state) }
  var fileDescriptor: Int32 { queue.fileDescriptor }
  var isBusy: Bool { state.isEvaluating }

  func advance(_ keys: [Key]) -> [ScreenEffect]? {
    let messages = keys.map { Message.key($0) } + queue.drain() + dueMessages()
    return messages.isEmpty ? nil : handle(messages)
  }

  func appear(size: Size, look: Appearance) {
    handle([.resized(size), .restyled(look)])
  }
}
