import Foundation
import Runs

/// A process of this program that outlives the terminal and the one that starts it.
enum DetachedProcess {
  /// Starts the program anew in a session of its own.
  ///
  /// - Parameter log: the file that its output is appended to.
  /// - Returns: its number.
  static func start(_ arguments: [String], log: String) throws(RunError) -> pid_t {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    return try StartedProcess.startDetached([program] + arguments, log: log)
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
