import Experiments
import Foundation

/// What has been told of one run, and what is to be told next.
struct RunFeed {
  let folder: RunFolder
  let created: Double
  private(set) var problems: [String] = []

  /// What the run was made with, as it has been told; hashes become known after a while.
  private var environment: RunEnvironment?
  private var isTold = false
  private var standing: RunFacts.Standing?
  private var masks: Set<String> = []
  /// Cells whose results the reader has, or that it has been told are damaged.
  private var results: Set<ExperimentCell.ID>
  private var damaged: [ExperimentCell.ID: String] = [:]
  private var tails: [ExperimentCell.ID: Follower] = [:]
  /// The last event of each cell that the reader has had before.
  private let seen: [ExperimentCell.ID: Int]
  private let cells: [ExperimentCell.ID]

  fileprivate struct Follower {
    var tail: EventTail
    /// 1 to tell every step, 2 every second, and so on.
    var stride = 1
    var steps = 0
    /// The last step that was left out.
    var skipped: RunEvent?
    /// Nothing comes behind the end of a cell.
    var isOver = false
  }

  /// Bytes of an event file that are read at a time.
  private static let piece = 1 << 20
  /// About so many steps are told of a cell that was over before it was first looked at: more than
  /// a screen has columns.
  private static let steps = 500
  private static let stepBytes = 160

  init(_ folder: RunFolder, created: Double, cursor: RemoteCursor.Run?) {
    self.folder = folder
    self.created = created
    // Another run of the same name is another run.
    let known = cursor.flatMap { $0.created == created ? $0 : nil }
    results = Set(known?.results ?? [])
    seen = known?.events ?? [:]
    cells = folder.spec.cells.map(\.id)
  }

  var name: String { folder.name }

  /// The jobs of a run that is not over.
  var slurmJobs: [Int] {
    guard folder.isOnSlurm, results.count < cells.count else { return [] }
    return (try? folder.slurmJobs())??.jobs ?? []
  }

  /// Whether nothing works on the run.
  var rests: Bool {
    standing.map { !$0.hasWorker && $0.claimed.isEmpty } ?? false
  }

  /// Tells what the run is and what its finished cells have measured.
  mutating func tellResults(_ write: (RemoteLine) throws -> Void) throws {
    let description = RemoteLine.Description(folder)
    if !isTold || description.environment != environment {
      (isTold, environment) = (true, description.environment)
      // All but events and results is told anew with it.
      (standing, masks) = (nil, [])
      results.subtract(damaged.keys)
      damaged = [:]
      try write(.run(description))
    }
    let finished = folder.finishedCells
    for cell in results.subtracting(finished).sorted() {
      results.remove(cell)
      damaged[cell] = nil
      tails[cell]?.isOver = false
      try write(.noResult(run: name, cell: cell, message: nil))
    }
    if finished.count > results.count || !damaged.isEmpty {
      for cell in cells where finished.contains(cell) {
        guard damaged[cell] != nil || !results.contains(cell) else { continue }
        try tellResult(of: cell, write)
      }
    }
    problems = damaged.sorted { $0.key < $1.key }.map(\.value)
    let kept = folder.keptMasks
    if kept != masks {
      try write(
        .masks(
          run: name, added: kept.subtracting(masks).sorted(),
          removed: masks.subtracting(kept).sorted()))
      masks = kept
    }
  }

  /// Tells what works on the run and what is asked of it.
  mutating func tellStanding(
    _ queue: SlurmQueue?, _ write: (RemoteLine) throws -> Void
  ) throws {
    let now = folder.standing(finished: folder.finishedCells, queue: queue)
    var told = standing
    // A heartbeat alone is no news; lines that come at all times say as much.
    told?.heartbeat = now.heartbeat
    guard now != told else { return }
    standing = now
    try write(.standing(run: name, now))
  }

  private mutating func tellResult(
    of cell: ExperimentCell.ID, _ write: (RemoteLine) throws -> Void
  ) throws {
    let line: RemoteLine
    do {
      guard let result = try folder.result(of: cell) else { return }
      damaged[cell] = nil
      line = .result(run: name, result)
    } catch {
      guard damaged[cell] != error.description else { return }
      damaged[cell] = error.description
      line = .noResult(run: name, cell: cell, message: error.description)
    }
    results.insert(cell)
    try write(line)
  }

  /// Tells what has happened in the cells.
  mutating func tellEvents(_ write: (RemoteLine) throws -> Void) throws {
    let begun = folder.begunCells
    for cell in cells where begun.contains(cell) {
      var follower = tails[cell] ?? makeFollower(cell)
      if follower.isOver { continue }
      while true {
        let before = follower.tail.offset
        for event in follower.tail.read(most: Self.piece) { try follower.tell(event, name, write) }
        if follower.tail.offset == before { break }
      }
      // What comes from now on is told in full.
      try follower.flush(name, write)
      follower.stride = 1
      tails[cell] = follower
    }
  }

  private func makeFollower(_ cell: ExperimentCell.ID) -> Follower {
    let path = folder.eventFile(of: cell)
    var follower = Follower(tail: EventTail(path: path, lastSequence: seen[cell] ?? 0))
    if seen[cell] == nil, results.contains(cell) {
      let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int ?? 0
      follower.stride = max(1, size / Self.stepBytes / Self.steps)
    }
    return follower
  }
}

extension RunFeed.Follower {
  fileprivate mutating func tell(
    _ event: RunEvent, _ run: String, _ write: (RemoteLine) throws -> Void
  ) throws {
    if case .step = event.kind {
      steps += 1
      guard steps % stride == 0 else {
        skipped = event
        return
      }
      skipped = nil
    } else {
      try flush(run, write)
    }
    try write(.event(run: run, event))
    if case .finished = event.kind { isOver = true }
  }

  /// The last of the steps is never left out.
  fileprivate mutating func flush(_ run: String, _ write: (RemoteLine) throws -> Void) throws {
    guard let skipped = skipped.take() else { return }
    try write(.event(run: run, skipped))
  }
}
