import Engine
import Experiments
import Explorer
import Foundation
import Runs

/// Looks at runs again and again, and tells what has changed.
struct RunsScanner {
  private struct Known {
    /// The place of its source among the sources.
    let source: Int
    var summary: RunSummary
    var row: RunRow
    /// Made of so many results.
    var curves: [RunCurve] = []
    var curveResults = -1
  }

  private var sources: [any RunsSource]
  private var known: [RunRow.ID: Known] = [:]
  private var sentRows: [RunRow]?
  private var sentProblems: [String] = []
  private var sentHosts: [RunHost] = []
  private var sentDetails: [RunRow.ID: RunDetail] = [:]

  /// More losses than that are too many for one plot.
  private static let trainingLimit = 4

  init(_ sources: [any RunsSource]) { self.sources = sources }

  /// Looks once, and tells what has changed.
  mutating func scan(_ watch: RunsWatch, _ post: (RunsMessage) -> Void) {
    postHosts(post)
    let problems = readRuns(watch, post)
    postRows(problems, post)
    for id in watch.runs { postDetail(of: id, watch, post) }
    sentDetails = sentDetails.filter { watch.runs.contains($0.key) }
    // Turning points take their time: after what is looked at.
    for id in known.keys { refreshCurves(of: id) }
    postRows(problems, post)
  }

  // MARK: Rows

  private mutating func postHosts(_ post: (RunsMessage) -> Void) {
    let hosts = sources.compactMap(\.host)
    guard hosts != sentHosts else { return }
    sentHosts = hosts
    post(.hosts(hosts))
  }

  /// Reads all runs; while that takes its time, those that are read are told of already.
  ///
  /// - Returns: what cannot be read.
  private mutating func readRuns(
    _ watch: RunsWatch, _ post: (RunsMessage) -> Void
  ) -> [String] {
    var problems: [String] = []
    var lastPost = ContinuousClock.now
    for index in sources.indices {
      var source = sources[index]
      let (runs, unread) = source.read(watched: watch.runs) { id, summary in
        take(summary, id: id, source: index)
        if ContinuousClock.now - lastPost > .milliseconds(200) {
          postRows(problems, post)
          lastPost = .now
        }
      }
      sources[index] = source
      known = known.filter { $0.value.source != index || runs.contains($0.key) }
      problems += unread
    }
    for (id, run) in known { known[id]?.row.place = sources[run.source].place(of: run.summary) }
    return problems
  }

  private mutating func take(_ summary: RunSummary, id: RunRow.ID, source: Int) {
    let former = known[id]
    var run = Known(
      source: source, summary: summary,
      row: RunRow(summary, id: id, curves: former?.curves ?? []))
    run.row.place = former?.row.place
    run.curves = former?.curves ?? []
    // Another run of the same name has other results.
    run.curveResults = former?.summary.created == summary.created ? former?.curveResults ?? -1 : -1
    known[id] = run
  }

  private mutating func postRows(_ problems: [String], _ post: (RunsMessage) -> Void) {
    let rows = known.values.map(\.row).sorted { ($0.created, $0.id) > ($1.created, $1.id) }
    guard rows != sentRows || problems != sentProblems else { return }
    (sentRows, sentProblems) = (rows, problems)
    post(.runs(rows, problems: problems))
  }

  private mutating func refreshCurves(of id: RunRow.ID) {
    guard var run = known[id], run.summary.results.count != run.curveResults else { return }
    let spec = run.summary.spec
    run.curves = run.summary.curves.map {
      RunCurve($0, protocol: spec.protocol, tolerance: spec.tolerance)
    }
    run.curveResults = run.summary.results.count
    run.row.turn = RunRow.turn(of: run.curves)
    known[id] = run
  }

  // MARK: Details

  private mutating func postDetail(
    of id: RunRow.ID, _ watch: RunsWatch, _ post: (RunsMessage) -> Void
  ) {
    refreshCurves(of: id)
    guard let run = known[id] else { return }
    let isSelected = id == watch.runs.first
    let repeating = ["run", "\(run.summary.path)/spec.yaml"]
    let detail = RunDetail(
      run: id,
      cells: run.summary.cells.map {
        CellRow($0, result: run.summary.results[$0.cell.id], masks: run.summary.masks)
      },
      curves: run.curves,
      trainings: isSelected ? trainings(of: id, run, asked: watch.cell) : [],
      record: run.summary.record,
      command: ([run.row.place?.command ?? "sparsescope"] + repeating).joined(separator: " "))
    guard detail != sentDetails[id] else { return }
    sentDetails[id] = detail
    post(.detail(detail))
  }

  /// The trainings of the cells that run and of the one that is asked for.
  private mutating func trainings(
    of id: RunRow.ID, _ run: Known, asked: String?
  ) -> [TrainingSeries] {
    let running = run.summary.running.map(\.cell.id)
    var cells = Array(running.prefix(Self.trainingLimit))
    if let asked, !cells.contains(asked) { cells.append(asked) }
    return sources[run.source].trainings(of: id, cells: cells, running: Set(running))
  }
}
