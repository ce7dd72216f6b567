import ArgumentParser
import Foundation
import Runs

/// Shows other machines' runs here.
struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch the runs of other machines in the experiments view, through ssh.",
    discussion: """
      It runs ‘ssh HOST sparsescope events’ with your own configuration, agent and jump hosts. \
      Nothing listens on any port, and ssh asks for no password: use a key, or an agent. A lost \
      connection is tried again by itself, and what was missed comes with it. Runs are only looked \
      at.
      """)

  @Argument(
    help: ArgumentHelp(
      "Machines, as [USER@]HOST:[PATH]; PATH is a folder of runs, a run's folder or its name, by "
        + "default the usual place there.", valueName: "host:path"))
  var hosts: [String] = []

  @Flag(help: "Show this machine's runs beside them.")
  var local = false

  @Flag(help: "Print a line for everything worth noting, for logs and simple terminals.")
  var plain = false

  @Option(
    help: ArgumentHelp(
      "The command that connects, with its options, such as ‘ssh -p 2222 -J gate’.",
      valueName: "command"))
  var ssh = "ssh"

  @Option(
    help: ArgumentHelp(
      "Where the program is on those machines, if it is not on the PATH there.",
      valueName: "path"))
  var remoteProgram = "sparsescope"

  @OptionGroup var appearance: AppearanceOptions

  @Option(
    help: ArgumentHelp("Write a line of JSON for each frame into a file.", valueName: "file"),
    completion: .file())
  var stats: String?

  func validate() throws {
    guard !hosts.isEmpty else {
      throw ValidationError("Name a machine, as [USER@]HOST:[PATH].")
    }
    _ = try programs()
    if let twice = hosts.first(where: { host in hosts.count { $0 == host } > 1 }) {
      throw ValidationError("\(twice) is named twice.")
    }
  }

  private func programs() throws -> [RemoteProgram] {
    guard let words = ShellWords.split(ssh), !words.isEmpty else {
      throw ValidationError("--ssh \(ssh) is no command, or a quote in it is not closed.")
    }
    guard !remoteProgram.isEmpty else { throw ValidationError("--remote-program is empty.") }
    return try hosts.map { host in
      do {
        return RemoteProgram(try RemoteAddress(host), ssh: words, program: remoteProgram)
      } catch let problem as RemoteAddress.Malformed {
        throw ValidationError(problem.description)
      }
    }
  }

  /// Short names that tell the machines apart.
  private static func names(of programs: [RemoteProgram]) -> [String] {
    let addresses = programs.map(\.address)
    return addresses.map { address in
      if addresses.count(where: { $0.host == address.host }) == 1 { return address.host }
      let isOnly = addresses.count { $0.target == address.target } == 1
      return isOnly ? address.target : address.description
    }
  }

  func run() throws {
    // A connection that is gone is told of by its other end.
    signal(SIGPIPE, SIG_IGN)
    let programs = try programs()
    let names = Self.names(of: programs)
    if plain { return try PlainWatch(Array(zip(names, programs)), local: local).run() }
    guard isatty(STDOUT_FILENO) == 1 else {
      throw CommandError("The view needs a terminal; --plain prints lines.")
    }
    let connections = programs.map { RemoteConnection($0, version: Version.text) }
    defer { for connection in connections { connection.stop() } }
    try RunsView.open(
      readOnly: false, appearance: appearance, statistics: stats,
      hosts: Array(zip(names, connections)), showsLocal: local)
  }
}
