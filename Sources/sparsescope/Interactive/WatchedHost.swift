import Experiments
import Explorer
import Foundation
import Runs

/// The runs of another machine, through its connection.
struct WatchedHost: RunsSource {
  private let connection: RemoteConnection
  /// What tells it apart from the others that are watched.
  private let name: String
  private var summaries: [RunRow.ID: RunSummary] = [:]

  init(_ connection: RemoteConnection, name: String) {
    self.connection = connection
    self.name = name
  }

  var host: RunHost? { RunHost(connection.state, name: name) }

  func place(of run: RunSummary) -> RunRow.Place? {
    RunRow.Place(
      host: name,
      command: connection.program.command([]),
      // In the usual place the name says enough, and elsewhere not.
      run: ShellWords.quoted(
        connection.program.address.path == nil ? run.name : run.path, keepsHome: false),
      asOf: isLive ? nil : connection.lastHeard.map(RunText.timeOfDay))
  }

  /// Whether what is known is how things are now.
  private var isLive: Bool {
    switch connection.state {
    case .reading, .current: true
    case .connecting, .waiting, .failed: false
    }
  }

  private func id(of run: String) -> RunRow.ID { "\(name):\(run)" }

  mutating func read(
    watched: [RunRow.ID], _ found: (RunRow.ID, RunSummary) -> Void
  ) -> (runs: Set<RunRow.ID>, problems: [String]) {
    let (facts, names, problems) = connection.withRuns { runs in
      let changed = runs.takeChanged()
      return (
        changed.compactMap { runs[$0]?.facts }, runs.names, runs.problems
      )
    }
    let ids = Set(names.map { id(of: $0) })
    summaries = summaries.filter { ids.contains($0.key) }
    for facts in facts { summaries[id(of: facts.name)] = RunSummary(facts) }
    // Times go on while the connection stands, for all that is at work.
    let new = Set(facts.map(\.name))
    for (id, summary) in summaries where isLive || new.contains(summary.name) {
      found(id, summary)
    }
    return (Set(summaries.keys), problems.map { "\(name): \($0)" })
  }

  mutating func trainings(
    of run: RunRow.ID, cells: [ExperimentCell.ID], running: Set<ExperimentCell.ID>
  ) -> [TrainingSeries] {
    guard let name = summaries[run]?.name else { return [] }
    let traces = connection.withRuns { runs in
      let all = runs[name]?.traces ?? [:]
      return cells.compactMap { cell in all[cell].map { (cell, $0) } }
    }
    return traces.compactMap { cell, trace in
      guard !trace.losses.isEmpty || !trace.scores.isEmpty else { return nil }
      return TrainingSeries(
        cell: cell, isRunning: running.contains(cell), steps: trace.steps,
        losses: trace.losses.map { .init(step: $0.step, value: $0.value) },
        scores: trace.scores.map { .init(step: $0.step, value: $0.value) })
    }
  }
}

extension RunHost {
  init(_ state: RemoteConnection.State, name: String) {
    switch state {
    case .connecting: self.init(name: name, connection: .connecting)
    case .reading: self.init(name: name, connection: .reading)
    case .current: self.init(name: name, connection: .connected)
    case .failed(let reason): self.init(name: name, connection: .failed(reason: reason))
    case .waiting(let reason, let until):
      let left = max(0, until - Date().timeIntervalSince1970)
      self.init(
        name: name, connection: .lost(reason: reason, seconds: Int(left.rounded(.up))))
    }
  }
}
