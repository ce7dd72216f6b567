import Experiments

/// Runs the cells of a run, those that others need first, several at a time if asked.
///
/// Finished cells are skipped; a failed cell does not stop the others, only those that need it.
/// Requests are read from the run's `control` folder twice a second.
package struct RunDriver {
  /// Carries out a cell; called on a thread of its own with a stack of 16 MB.
  ///
  /// It throws on what `CellContext.checkIn` throws. Any other error is the cell's failure.
  package typealias Execute =
    @Sendable (_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult

  /// How it ended.
  package struct Outcome: Sendable, Hashable {
    package enum End: Sendable, Hashable {
      /// Every cell is finished, has failed, or needs one that has.
      case complete
      case stopped(reason: String)
      /// Nothing more can be written; the reason is a sentence for the person.
      case halted(reason: String)
      case cancelled
    }

    package var end = End.complete
    /// Cells finished by this call.
    package var finished: [ExperimentCell.ID] = []
    /// Messages by cell.
    package var failed: [ExperimentCell.ID: String] = [:]
    /// Cells that need a failed one.
    package var blocked: [ExperimentCell.ID] = []
    /// Cells that another process works on.
    package var elsewhere: [ExperimentCell.ID] = []
  }

  private let folder: RunFolder
  private let only: Set<ExperimentCell.ID>?
  private let concurrency: Int
  private let workers: Int?
  private let onEnd: (ExperimentCell, Outcome) -> Void
  private let onProblem: (String) -> Void

  /// - Parameters:
  ///   - only: run these cells and no others, beside other processes that run the rest; nil for the
  ///     whole run, which one process at a time can do.
  ///   - concurrency: cells at a time.
  ///   - workers: threads to compute on, unless others are asked for while it runs; nil for what the
  ///     specification says.
  ///   - onEnd: told after each cell, on the thread of `run`.
  ///   - onProblem: told of files that are damaged, in a sentence.
  package init(
    _ folder: RunFolder, only: Set<ExperimentCell.ID>? = nil, concurrency: Int = 1,
    workers: Int? = nil,
    onEnd: @escaping (ExperimentCell, Outcome) -> Void = { _, _ in },
    onProblem: @escaping (String) -> Void = { _ in }
  ) {
    self.folder = folder
    self.only = only
    self.concurrency = max(1, concurrency)
    self.workers = workers
    self.onEnd = onEnd
    self.onProblem = onProblem
  }

  /// Runs until nothing is left to do, or the process is asked to end.
  ///
  /// - Throws: `RunError.claimed` where another process runs the same, and what the disk says.
  package func run(execute: @escaping Execute) throws(RunError) -> Outcome {
    let claim =
      only == nil ? try Claim.take(folder.runClaim, for: folder.path) : nil
    defer { claim?.release() }
    if only == nil { folder.removeLeftovers() }
    try setDamagedAside()
    try recordLostEnds()
    let session = RunSession(
      folder: folder, cells: folder.spec.cells.filter { only?.contains($0.id) ?? true },
      claim: claim, concurrency: concurrency, workers: workers, execute: execute, onEnd: onEnd)
    return session.run()
  }

  /// Makes cells unfinished whose results cannot be read: they are run again.
  private func setDamagedAside() throws(RunError) {
    for cell in folder.spec.cells.map(\.id)
    where (only?.contains(cell) ?? true) && folder.isFinished(cell) && !folder.isClaimed(cell) {
      do throws(RunError) {
        _ = try folder.result(of: cell)
      } catch {
        let aside = try folder.setResultAside(of: cell)
        onProblem("\(error) It is kept as \(aside), and the cell is run again.")
      }
    }
  }

  /// Records the end of cells whose process was killed between their result and the event.
  private func recordLostEnds() throws(RunError) {
    for cell in folder.finishedCells.intersection(folder.begunCells)
    where only?.contains(cell) ?? true {
      let path = folder.eventFile(of: cell)
      var tail = EventTail(path: path, last: 1 << 14)
      if case .finished = tail.read().last?.kind { continue }
      guard !folder.isClaimed(cell), let result = try folder.result(of: cell) else { continue }
      try EventWriter(cell: cell, path: path).record(.finished(RunEvent.Finish(result)))
    }
  }
}
