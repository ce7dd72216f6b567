import Foundation

/// A terminal without a screen: the tests hold the end that a terminal emulator would.
final class PseudoTerminal {
  let master: Int32
  /// The other end, which stays open here so that what is written to it outlives a child.
  let terminal: Int32
  let path: String

  init(width: Int = 80, height: Int = 24) {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    // Linux' TIOCSPTLCK and TIOCGPTN, which Swift does not import: unlock, and ask for the number.
    var (locked, number): (Int32, Int32) = (0, 0)
    precondition(ioctl(master, 0x4004_5431, &locked) == 0)
    precondition(ioctl(master, 0x8004_5430, &number) == 0)
    path = "/dev/pts/\(number)"
    terminal = open(path, O_RDWR | O_NOCTTY)
    precondition(terminal >= 0)
    resize(width: width, height: height)
  }

  deinit {
    close(terminal)
    close(master)
  }

  func resize(width: Int, height: Int) {
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    precondition(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    precondition(write(master, bytes, bytes.count) == bytes.count)
  }

  /// What was written to the terminal since the last call, once it comes to rest.
  func output(within milliseconds: Int32 = 50) -> String {
    var bytes: [UInt8] = []
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    while poll(&descriptor, 1, milliseconds) > 0, descriptor.revents & Int16(POLLIN) != 0 {
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The flags that decide between cooked and raw.
  var modes: [UInt32] {
    var modes = termios()
    precondition(tcgetattr(terminal, &modes) == 0)
    return [modes.c_iflag, modes.c_oflag, modes.c_lflag]
  }
}
