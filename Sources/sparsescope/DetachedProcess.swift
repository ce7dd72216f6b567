import Foundation
import Runs

/// A process of this program that outlives the terminal and the one that starts it.
enum DetachedProcess {
  /// glibc's `POSIX_SPAWN_SETSID`, which it declares for GNU sources only.
  private static let newSession: Int16 = 0x80

  /// Starts the program anew in a session of its own.
  ///
  /// - Parameter log: the file that its output is appended to.
  /// - Returns: its number.
  static func start(_ arguments: [String], log: String) throws(RunError) -> pid_t {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSession)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    // What is ignored stays so in the new program, and a closed terminal sends SIGHUP.
    let former = signal(SIGHUP, SIG_IGN)
    defer { signal(SIGHUP, former) }
    var child = pid_t()
    let failure = posix_spawn(&child, program, &actions, &attributes, &words, environ)
    guard failure == 0 else {
      throw .cannotStart(program: program, reason: String(cString: strerror(failure)))
    }
    return child
  }

  /// Waits until the process works on the run, or has ended.
  ///
  /// - Returns: whether it has not failed.
  static func waitUntilWorking(_ child: pid_t, on run: RunFolder) -> Bool {
    while true {
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == child { return status == 0 }
      if run.worker?.process.pid == Int(child) { return true }
      usleep(20_000)
    }
  }

  /// Lets a process of its own go on with a run, whatever has stopped it.
  ///
  /// - Returns: its number, once it works.
  /// - Throws: `RunError.claimed` where a process works on it already, whose requests stay as they
  ///   are.
  static func resume(_ run: RunFolder) throws -> pid_t {
    if let holder = run.worker {
      throw RunError.claimed(
        path: run.path, host: holder.process.host, pid: holder.process.pid)
    }
    try run.control.resume()
    try run.control.uncancel()
    let child = try start(["run", run.path, "--resume"], log: run.logFile)
    guard waitUntilWorking(child, on: run) else {
      throw CommandError("\(run.name) has failed at once; \(run.logFile) says why.")
    }
    return child
  }
}
