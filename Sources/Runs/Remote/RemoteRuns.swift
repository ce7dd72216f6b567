import Experiments
import Foundation

/// Another machine's runs as its lines have told of them.
///
/// Whatever the lines say, memory stays bounded: unknown cells, too many cells and too many bytes are
/// left out, and `problems` says so.
package struct RemoteRuns: Sendable {
  package struct Run: Sendable {
    package fileprivate(set) var facts: RunFacts
    package fileprivate(set) var traces: [ExperimentCell.ID: TrainingTrace] = [:]
    /// The number of the last event of each cell.
    fileprivate var events: [ExperimentCell.ID: Int] = [:]
    fileprivate let cells: Set<ExperimentCell.ID>
    /// Whether it has been told how the run stands: until then it is not shown.
    fileprivate var isWhole = false
  }

  /// Cells of all runs, and bytes of what is kept of the lines.
  private let mostCells: Int
  private let mostBytes: Int

  /// What the present connection began with; nil before that.
  package private(set) var hello: RemoteLine.Hello?
  /// Whether the present connection has told everything that there was.
  package private(set) var isCurrent = false
  /// All that is known of, by name.
  private var all: [String: Run] = [:]
  /// Lines that were none of the present connection's language.
  package private(set) var strangeLines = 0
  private var theirProblems: [String] = []
  private var isOverfull = false
  private var cellCount = 0
  private var bytes = 0
  /// Seconds that the clock here is ahead.
  private var shift = 0.0
  private var changed: Set<String> = []

  /// Two clocks that are so near count as the same.
  private static let sameTime = 5.0

  package init(mostCells: Int = 400_000, mostBytes: Int = 1 << 30) {
    self.mostCells = mostCells
    self.mostBytes = mostBytes
  }

  /// A new connection: what is known stays, and is gone on from.
  package mutating func reconnect() {
    (hello, isCurrent, strangeLines) = (nil, false, 0)
  }

  /// What the other machine need not tell again.
  package var cursor: RemoteCursor {
    RemoteCursor(
      runs: all.mapValues { run in
        RemoteCursor.Run(
          created: run.facts.environment?.created ?? 0, events: run.events,
          results: run.facts.results.keys.sorted())
      })
  }

  /// What cannot be read there, and what was left out here.
  package var problems: [String] {
    var all = theirProblems
    if strangeLines > 0 {
      all.append(
        "\(strangeLines) \(strangeLines == 1 ? "line was" : "lines were") not understood "
          + "and left out.")
    }
    if isOverfull {
      all.append("There is more than can be kept here; watch a single run, as HOST:RUN.")
    }
    return all
  }

  /// The runs that have changed since the last call, those that are gone among them.
  package mutating func takeChanged() -> Set<String> {
    defer { changed = [] }
    return changed
  }

  /// Takes a line of the stream.
  ///
  /// - Parameter size: the bytes that it had.
  package mutating func take(_ line: RemoteLine, size: Int = 0) {
    guard line.isPlausible else { return takeStrangeLine() }
    switch line {
    case .hello(let hello):
      self.hello = hello
      let ahead = Date().timeIntervalSince1970 - hello.time
      shift = abs(ahead) < Self.sameTime || !ahead.isFinite ? 0 : ahead
    case .run(let description): takeRun(description, size)
    case .removed(let name): remove(name)
    case .problems(let problems):
      theirProblems = problems.prefix(20).map { String($0.prefix(500)) }
    case .current: isCurrent = true
    case .alive, .unknown: break
    case .standing(let name, let standing):
      change(name, 0) { [shift] run in
        run.isWhole = true
        run.facts.standing = standing
        run.facts.standing.claimed = standing.claimed.filter(run.cells.contains)
        if let heartbeat = standing.heartbeat { run.facts.standing.heartbeat = heartbeat + shift }
      }
    case .masks(let name, let added, let removed):
      change(name, size) { $0.facts.masks = $0.facts.masks.subtracting(removed).union(added) }
    case .event(let name, let event): takeEvent(event, of: name, size)
    case .result(let name, let result):
      change(name, size) { [shift] run in
        guard run.cells.contains(result.cell), result.damage(asResultOf: result.cell) == nil
        else { return }
        run.facts.results[result.cell] = result
        run.facts.results[result.cell]?.finishedAt += shift
        run.facts.damaged[result.cell] = nil
      }
    case .noResult(let name, let cell, let message):
      change(name, size) { run in
        guard run.cells.contains(cell) else { return }
        run.facts.results[cell] = nil
        run.facts.damaged[cell] = message
      }
    }
  }

  /// Counts a line that cannot be taken.
  package mutating func takeStrangeLine() { strangeLines += 1 }

  /// The names of the runs.
  package var names: [String] { all.filter(\.value.isWhole).map(\.key) }

  /// nil where there is none of the name.
  package subscript(name: String) -> Run? { all[name].flatMap { $0.isWhole ? $0 : nil } }

  // MARK: Runs

  private mutating func takeRun(_ description: RemoteLine.Description, _ size: Int) {
    let name = description.run
    guard let spec = try? SpecFile.parse(description.spec, file: name) else {
      takeStrangeLine()
      return
    }
    var facts = RunFacts(
      name: name, path: description.path, spec: spec, environment: description.environment)
    if let known = all[name], known.facts.spec == spec,
      known.facts.environment?.created == facts.environment?.created
    {
      // The same run as before the connection was lost; how it stands comes next.
      facts.standing = known.facts.standing
      facts.results = known.facts.results
      facts.progress = known.facts.progress
      all[name]?.facts = facts
      changed.insert(name)
      return
    }
    remove(name)
    guard cellCount + spec.cellCount <= mostCells, fits(size) else {
      isOverfull = true
      return
    }
    cellCount += spec.cellCount
    all[name] = Run(facts: facts, cells: Set(spec.cells.map(\.id)))
  }

  private mutating func remove(_ name: String) {
    guard let gone = all.removeValue(forKey: name) else { return }
    cellCount -= gone.facts.spec.cellCount
    changed.insert(name)
  }

  private mutating func takeEvent(_ event: RunEvent, of name: String, _ size: Int) {
    // A step takes the place of the one before.
    let kept = if case .failed = event.kind { size } else { 0 }
    change(name, kept) { [shift] run in
      guard run.cells.contains(event.cell), event.sequence > run.events[event.cell] ?? 0 else {
        return
      }
      run.events[event.cell] = event.sequence
      run.facts.progress[event.cell, default: CellProgress()].take(event, shift: shift)
      run.traces[event.cell, default: TrainingTrace()].take(event)
    }
  }

  private mutating func change(_ name: String, _ size: Int, _ body: (inout Run) -> Void) {
    guard all[name] != nil, fits(size) else { return }
    body(&all[name]!)
    changed.insert(name)
  }

  /// Whether there is room for so many bytes more.
  private mutating func fits(_ size: Int) -> Bool {
    guard bytes + size <= mostBytes else {
      isOverfull = true
      return false
    }
    bytes += size
    return true
  }
}
