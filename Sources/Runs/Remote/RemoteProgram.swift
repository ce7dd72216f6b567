/// How the program of another machine is reached.
package struct RemoteProgram: Sendable, Hashable {
  package var address: RemoteAddress
  /// The local command with its options.
  package var ssh: [String]
  /// The program there.
  package var program: String

  package init(
    _ address: RemoteAddress, ssh: [String] = ["ssh"], program: String = "sparsescope"
  ) {
    self.address = address
    self.ssh = ssh
    self.program = program
  }

  /// The command that tells of the runs.
  ///
  /// BatchMode, because a question would be drawn over and could not be answered; compression,
  /// because lines of JSON shrink to a tenth; the lively server options, because a dead connection is
  /// to be noticed. What stands in `ssh` comes before them and counts.
  package var arguments: [String] {
    ssh + [
      "-T", "-C", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o",
      "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3", "--", address.target, remoteCommand,
    ]
  }

  private var remoteCommand: String {
    ([program, "events", "--follow", "--state", "--after", "-"]
      // A folder may be called like an option.
      + (address.path.map { ["--", $0] } ?? []))
      .map { ShellWords.quoted($0) }.joined(separator: " ")
  }

  /// What a person types to have the program do something there.
  ///
  /// Quoted twice: for the shell here and for the one there.
  package func command(_ words: [String]) -> String {
    let inner = ([program] + words).map { ShellWords.quoted($0) }
    return (ssh + [address.target] + inner).map { ShellWords.quoted($0, keepsHome: false) }
      .joined(separator: " ")
  }
}
