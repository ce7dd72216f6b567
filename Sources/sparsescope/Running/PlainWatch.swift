import Dispatch
import Foundation
import Runs
import Synchronization

/// `watch --plain`: short lines about other machines' runs, for as long as somebody reads them.
final class PlainWatch: Sendable {
  private struct Host {
    var news = RunsNews()
    var state: RemoteConnection.State?
    var problems: [String] = []
    var wasConnected = false
  }

  private let programs: [(name: String, program: RemoteProgram)]
  private let local: Bool
  private let hosts: Mutex<[String: Host]>
  private let output = PlainOutput()

  init(_ programs: [(String, RemoteProgram)], local: Bool) {
    self.programs = programs.map { (name: $0.0, program: $0.1) }
    self.local = local
    hosts = Mutex(Dictionary(uniqueKeysWithValues: programs.map { ($0.0, Host()) }))
  }

  /// Returns when nobody reads any more, or no machine can be watched.
  func run() throws {
    let box = Mutex<[String: RemoteConnection]>([:])
    for (name, program) in programs {
      let connection = RemoteConnection(program, version: Version.text) { [self] lines in
        guard let connection = box.withLock({ $0[name] }) else { return }
        tell(lines, of: name, connection)
      }
      box.withLock { $0[name] = connection }
    }
    let connections = box.withLock { Array($0.values) }
    for connection in connections { connection.start() }
    defer { for connection in connections { connection.stop() } }
    var here = try local ? LocalNews(RunPlaces.store()) : nil
    var pause = Pause()
    while pause.wait(milliseconds: 400) {
      if let lines = try here?.next() { output.write(lines, host: "here") }
      let areHopeless = connections.allSatisfy {
        if case .failed = $0.state { true } else { false }
      }
      guard try output.isOpen else { return }
      if areHopeless, here == nil {
        throw CommandError("No machine can be watched.")
      }
    }
  }

  private func tell(_ lines: [RemoteLine], of name: String, _ connection: RemoteConnection) {
    let texts = hosts.withLock { hosts -> [String] in
      guard var host = hosts[name] else { return [] }
      defer { hosts[name] = host }
      let state = connection.state
      var texts: [String] = []
      if state != host.state, let text = Self.sentence(for: state, host) { texts.append(text) }
      host.state = state
      if state == .current { host.wasConnected = true }
      let news = host.news
      let (later, sentences, problems) = connection.withRuns { runs in
        var news = news
        let sentences = news.take(lines, &runs)
        return (news, sentences, runs.problems)
      }
      host.news = later
      texts += sentences
      texts += problems.filter { !host.problems.contains($0) }
      host.problems = problems
      return texts
    }
    output.write(texts, host: name)
  }

  private static func sentence(for state: RemoteConnection.State, _ host: Host) -> String? {
    switch state {
    case .connecting: host.state == nil ? "connecting" : nil
    case .reading: nil
    case .current: host.wasConnected ? "connected again" : "connected"
    case .waiting(let reason, let until):
      "\(reason); next try in \(max(1, Int((until - Date().timeIntervalSince1970).rounded()))) s"
    case .failed(let reason): "\(reason); it is not tried again"
    }
  }
}

/// This machine's runs as the same lines.
struct LocalNews {
  private var feed: StateFeed
  private var runs = RemoteRuns()
  private var news = RunsNews()

  init(_ store: RunStore) { feed = StateFeed(.store(store)) }

  /// What has happened since the last call.
  mutating func next() throws -> [String] {
    var lines: [RemoteLine] = []
    try feed.read { line in
      runs.take(line)
      // A step is no news, and there may be many.
      if case .event(_, let event) = line, case .step = event.kind { return }
      lines.append(line)
    }
    return news.take(lines, &runs)
  }
}

/// Lines on standard output with the time and the machine, each written at once.
final class PlainOutput: Sendable {
  private enum State {
    case open, closed
    case failed(CommandError)
  }

  private let state = Mutex(State.open)

  /// Whether somebody reads.
  ///
  /// - Throws: where lines could not be written though somebody reads.
  var isOpen: Bool {
    get throws {
      switch state.withLock({ $0 }) {
      case .open: true
      case .closed: false
      case .failed(let error): throw error
      }
    }
  }

  /// - Parameter host: nil where there is only one machine.
  func write(_ lines: [String], host: String?) {
    guard !lines.isEmpty else { return }
    let time = RunText.timeOfDay(Date().timeIntervalSince1970, withSeconds: true)
    let text = lines.map { line in
      let flat = line.split(whereSeparator: \.isNewline).joined(separator: " ").printable
      return "\(time) " + (host.map { "\($0): " } ?? "") + flat + "\n"
    }.joined()
    state.withLock { state in
      guard case .open = state else { return }
      do throws(CommandError) {
        if try !StandardOutput.writeToReader(Data(text.utf8)) { state = .closed }
      } catch {
        state = .failed(error)
      }
    }
  }
}
