import Foundation
import Synchronization

/// A program whose input, output and errors are pipes of this one.
final class PipedProcess {
  let pid: pid_t
  /// Not blocking.
  let input: Int32
  let output: Int32
  let errors: Int32
  private var isInputOpen = true
  private var status: Int32?

  /// Pipes must not be inherited by a program that another thread starts at the same moment: it would
  /// keep them open.
  private static let starting = Mutex(())

  /// - Throws: `RunError.cannotStart`.
  init(_ words: [String]) throws(RunError) {
    let program = words.first ?? ""
    let started = Self.starting.withLock { _ in Self.start(words) }
    switch started {
    case .success(let process): (pid, input, output, errors) = process
    case .failure(let failure):
      throw .cannotStart(program: program, reason: String(cString: strerror(failure.code)))
    }
    for descriptor in [input, output, errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    closeInput()
    close(output)
    close(errors)
    if status == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
  }

  private struct Failure: Error { var code: Int32 }

  private static func start(
    _ words: [String]
  ) -> Result<(pid_t, Int32, Int32, Int32), Failure> {
    var ends: [Int32] = []
    for _ in 0..<3 {
      var pair: [Int32] = [0, 0]
      guard pipe(&pair) == 0 else {
        let code = errno
        for end in ends { close(end) }
        return .failure(Failure(code: code))
      }
      for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      ends += pair
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_adddup2(&actions, ends[3], 1)
    posix_spawn_file_actions_adddup2(&actions, ends[5], 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What this program ignores, the other need not.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let code = posix_spawnp(&child, words.first ?? "", &actions, &attributes, &arguments, environ)
    for end in [ends[0], ends[3], ends[5]] { close(end) }
    guard code == 0 else {
      for end in [ends[1], ends[2], ends[4]] { close(end) }
      return .failure(Failure(code: code))
    }
    return .success((child, ends[1], ends[2], ends[4]))
  }

  func closeInput() {
    guard isInputOpen else { return }
    isInputOpen = false
    close(input)
  }

  /// Waits for the end, and brings it about where it does not come within a second.
  ///
  /// - Returns: the exit status; nil where a signal has ended it.
  func end() -> Int32? {
    closeInput()
    for round in 0..<60 {
      var word: Int32 = 0
      if waitpid(pid, &word, WNOHANG) == pid {
        status = word
        return word & 0x7f == 0 ? word >> 8 & 0xff : nil
      }
      if round == 30 { kill(pid, SIGTERM) }
      usleep(round < 10 ? 5_000 : 40_000)
    }
    kill(pid, SIGKILL)
    var word: Int32 = 0
    waitpid(pid, &word, 0)
    status = word
    return nil
  }
}
