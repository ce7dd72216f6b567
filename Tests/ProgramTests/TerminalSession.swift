import Foundation

/// The program on a real terminal: a window of a tmux server of its own.
///
/// A scenario types, waits until the program says in its statistics that nothing is on its way any
/// more, and reads the screen. Nothing here waits for a fixed time.
final class TerminalSession {
  struct Failure: Error, CustomStringConvertible { let description: String }

  private let folder = try! TemporaryFolder()
  private let socket = "sparsescope-\(UUID().uuidString.prefix(8))"
  private var keysSent = 0
  private let statistics: String

  /// On a machine for development tmux may be missing; where changes are accepted it may not.
  static let canRun =
    (try? run("tmux", ["-V"]))?.status == 0 || ProcessInfo.processInfo.environment["CI"] != nil
  static let hasScreen = (try? run("screen", ["-v"])) != nil

  /// Opens the program.
  ///
  /// - Parameters:
  ///   - environment: what to set beside what the tests have; `TERM` is tmux's own unless it is given
  ///     here.
  ///   - wrapper: a program that runs it on a terminal of its own, with the words before the command.
  init(
    _ arguments: [String] = [], width: Int = 100, height: Int = 28,
    environment: [String: String] = [:], wrapper: String = ""
  ) throws {
    statistics = folder.path("frames.jsonl")
    let variables = environment.map { "\($0)='\($1)'" }.joined(separator: " ")
    // What is measured in idle time would make frames that nobody has asked for.
    let quiet = ["runs", "watch"].contains(arguments.first) ? [] : ["--no-sensitivity"]
    let words = [Program.url.path] + arguments + quiet + ["--stats", statistics]
    let command =
      "env -u NO_COLOR LC_ALL=C.UTF-8 XDG_STATE_HOME='\(folder.path("state"))' "
      + "XDG_DATA_HOME='\(folder.path("data"))' "
      + "XDG_CACHE_HOME='\(folder.path("cache"))' \(variables) "
      + words.map { "'\($0)'" }.joined(separator: " ") + "; echo left with $?; exec sleep 60"
    let script = folder.path("start")
    try command.write(toFile: script, atomically: false, encoding: .utf8)
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)",
      "\(wrapper) sh '\(script)'")
    try tmux("set", "-g", "status", "off")
    try tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  deinit { _ = try? Self.run("tmux", ["-L", socket, "kill-server"]) }

  // MARK: Typing

  /// Types keys by tmux's names, such as `Right`, `x`, `Enter`, one after the other.
  func press(_ keys: String...) throws {
    for key in keys {
      try tmux("send-keys", key)
      keysSent += 1
      try waitUntilSettled()
    }
  }

  /// Asks the program to quit and gives its exit status.
  func quit() throws -> Int {
    try tmux("send-keys", "q")
    return try exitStatus()
  }

  /// Types characters as they are.
  func type(_ text: String) throws {
    try tmux("send-keys", "-l", text)
    keysSent += text.count
    try waitUntilSettled()
  }

  /// Sends bytes as the terminal itself would, such as a mouse report; counts as one key.
  func send(_ bytes: String) throws {
    try tmux("send-keys", "-l", bytes)
    keysSent += 1
    try waitUntilSettled()
  }

  func resize(width: Int, height: Int) throws {
    let before = try frames().count
    try tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
    try wait("a frame of the new size") { try frames().count > before && isSettled() }
  }

  /// Sends a signal to the program.
  func signal(_ name: String) throws {
    let panes = try tmux("list-panes", "-F", "#{pane_pid}").trimmingCharacters(in: .newlines)
    // The pane's process is the shell of the script, or a shell that has started it.
    let shells = try Self.run("pgrep", ["-P", panes]).output.split(separator: "\n").map(String.init)
    let parents = ([panes] + shells).joined(separator: ",")
    _ = try Self.run("pkill", ["-\(name)", "-P", parents, "-x", "sparsescope"])
  }

  // MARK: Looking

  var screen: [String] {
    get throws {
      try tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
    }
  }

  func screenContains(_ text: String) throws -> Bool {
    try screen.contains { $0.contains(text) }
  }

  /// The screen with its escape sequences.
  var styledScreen: String { get throws { try tmux("capture-pane", "-p", "-e") } }

  /// Waits for the program to end and gives its exit status.
  func exitStatus() throws -> Int {
    try wait("the program to end") { try self.screenContains("left with") }
    let line = try screen.first { $0.contains("left with") } ?? ""
    return Int(line.split(separator: " ").last ?? "") ?? -1
  }

  /// Waits until everything that was typed has been taken in and nothing is on its way.
  func waitUntilSettled() throws {
    try wait("the program to settle") { try isSettled() }
  }

  /// Fails where answers or reports of the terminal were left to whoever has the terminal next.
  func expectCleanShell() throws {
    let text = try screen.joined(separator: "\n")
    let isClean = !text.contains("[0n") && !text.contains("2026") && !text.contains("[<")
    guard isClean else { throw Failure(description: "left to the shell:\n\(text)") }
  }

  // MARK: Waiting

  private struct Frame: Decodable {
    var keys: Int
    var settled: Bool
  }

  private func frames() throws -> [Frame] {
    guard let text = try? String(contentsOfFile: statistics, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Frame.self, from: Data($0.utf8))
    }
  }

  private func isSettled() throws -> Bool {
    let frames = try frames()
    return frames.last?.settled == true && frames.reduce(0) { $0 + $1.keys } >= keysSent
  }

  private func wait(_ what: String, until isDone: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
      if try isDone() { return }
      Thread.sleep(forTimeInterval: 0.01)
    }
    let shown = (try? screen.joined(separator: "\n")) ?? ""
    throw Failure(description: "waited 30 seconds for \(what); the screen:\n\(shown)")
  }

  // MARK: tmux

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String {
    let result = try Self.run("tmux", ["-L", socket] + arguments)
    guard result.status == 0 else {
      throw Failure(description: "tmux \(arguments): \(result.output)")
    }
    return result.output
  }

  /// Runs a program to its end.
  ///
  /// Not by Foundation's `Process`: it waits for the end of a pipe that tmux's server inherits and
  /// keeps open.
  private static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (status: Int32, output: String) {
    let folder = try TemporaryFolder()
    let file = folder.path("output")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child = pid_t()
    let failure = posix_spawnp(&child, program, &actions, nil, &words, environ)
    guard failure == 0 else {
      throw Failure(description: "\(program): \(String(cString: strerror(failure)))")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let output = try String(contentsOfFile: file, encoding: .utf8)
    return (status >> 8 & 0xff, output)
  }
}
