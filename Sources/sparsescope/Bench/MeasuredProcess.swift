import Foundation
import Glibc

/// Another program, run to its end: what it wrote and how much memory it took at most.
struct MeasuredProcess {
  let output: Data
  /// Bytes of resident memory at the peak, files that are mapped included.
  let peakMemory: Int

  /// Runs a program; what it says on standard error is seen by the person.
  ///
  /// - Parameter arguments: the first is the program, looked for on the path.
  /// - Throws: `CommandError` where it cannot be run or fails.
  init(_ arguments: [String]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Self.failure(arguments, errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var process: pid_t = 0
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let code = posix_spawnp(&process, arguments[0], &actions, nil, &words, environ)
    close(ends[1])
    let reader = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    guard code == 0 else { throw Self.failure(arguments, code) }
    output = try reader.readToEnd() ?? Data()
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    guard status == 0 else {
      throw CommandError("\(arguments.joined(separator: " ")) failed; its own words are above.")
    }
    peakMemory = usage.ru_maxrss * 1024
  }

  private static func failure(_ arguments: [String], _ code: Int32) -> CommandError {
    CommandError("\(arguments[0]) cannot be run: \(String(cString: strerror(code))).")
  }
}
