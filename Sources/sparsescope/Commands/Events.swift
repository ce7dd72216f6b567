import ArgumentParser
import Experiments
import Foundation
import Runs

/// Prints what happens in runs, for programs.
struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the events of runs as lines of JSON, merged by time.",
    discussion: """
      Each line has the run's name as ‘run’. Events of one cell keep their order and have a number \
      of their own, ‘seq’, so that a reader who comes back knows what it has seen.

      --state adds what a viewer on another machine needs: a first line ‘hello’, and for each run \
      ‘run’, ‘state’, ‘masks’, ‘result’, ‘no_result’ and ‘removed’; ‘current’ when all that there \
      was has been told, and ‘alive’ every ten seconds. That is what ‘sparsescope watch’ reads.
      """)

  @Argument(
    help: ArgumentHelp(
      "A run by its name or its folder, or a folder of runs; all runs unless given.",
      valueName: "run"))
  var name: String?

  @Flag(help: "Go on as events happen; for one run until it is finished.")
  var follow = false

  @Flag(help: "Tell how runs stand and what they have measured, too.")
  var state = false

  @Option(
    help: ArgumentHelp(
      "With --state: leave out what standard input says that a reader has, and end with it.",
      valueName: "-"))
  var after: String?

  func validate() throws {
    guard after == nil || state else { throw ValidationError("--after is for --state.") }
    guard after == nil || after == "-" else {
      throw ValidationError("--after reads standard input: write --after -.")
    }
  }

  private struct Line: Encodable {
    var run: String
    var event: RunEvent

    private enum CodingKeys: String, CodingKey { case run }

    func encode(to encoder: any Encoder) throws {
      try event.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(run, forKey: .run)
    }
  }

  func run() throws {
    let place = try RunsPlace(name, usual: try? RunPlaces.store())
    if state { return try StateServer(place, readsCursor: after != nil, follows: follow).run() }
    var feeds: [String: (folder: RunFolder, feed: EventFeed)] = [:]
    var single: RunFolder?
    var pause = Pause()
    if case .run(let path) = place { single = try RunFolder.open(path) }
    while true {
      if let single, !single.exists {
        throw CommandError("\(single.path) has been removed or moved; there is nothing to follow.")
      }
      for path in place.paths where feeds[path] == nil {
        guard let folder = try? RunFolder.open(path) else { continue }
        feeds[path] = (folder, EventFeed(folder))
      }
      // Asked before reading, so that what comes last is still read.
      let isOver = single.map { $0.finishedCells.count >= $0.spec.cells.count } ?? false
      var lines: [(time: Double, line: Line)] = []
      for path in feeds.keys {
        // A clock that was set back must not turn a run's events round.
        var latest = -Double.infinity
        for event in feeds[path]?.feed.read() ?? [] {
          latest = max(latest, event.time)
          lines.append((latest, Line(run: feeds[path]?.folder.name ?? "", event: event)))
        }
      }
      try write(lines.sorted { $0.time < $1.time }.map(\.line))
      if !follow || isOver && lines.isEmpty { return }
      guard pause.wait(milliseconds: 200) else { return }
    }
  }

  private func write(_ lines: [Line]) throws {
    var text = Data()
    for line in lines {
      text += try JSONText.encode(line, at: "standard output") + Data("\n".utf8)
    }
    if !text.isEmpty { try StandardOutput.write(text) }
  }
}
