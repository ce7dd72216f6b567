import Foundation

/// A process that is started and ended without Foundation's `Process`, which waits for the end of
/// whatever has inherited its pipe.
final class ChildProcess {
  struct Failure: Error { let program: String }

  let id: pid_t
  private var isOver = false

  /// - Parameter stream: what becomes its standard streams.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], stream: Int32
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for standard in STDIN_FILENO...STDERR_FILENO {
      posix_spawn_file_actions_adddup2(&actions, stream, standard)
    }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var child = pid_t()
    guard posix_spawn(&child, program, &actions, nil, &words, &variables) == 0 else {
      throw Failure(program: program)
    }
    id = child
  }

  deinit {
    if isRunning {
      kill(id, SIGKILL)
      wait()
    }
  }

  var isRunning: Bool {
    if !isOver { isOver = waitpid(id, nil, WNOHANG) != 0 }
    return !isOver
  }

  func wait() {
    guard !isOver else { return }
    while waitpid(id, nil, 0) < 0, errno == EINTR {}
    isOver = true
  }
}
