import Canvas
import Experiments
import Explorer
import Foundation
import Runs

/// Writes runs for other programs.
struct RunsExporter {
  private let runs: [(folder: RunFolder, summary: RunSummary)]

  init(_ runs: [RunFolder]) { self.runs = runs.map { ($0, RunSummary($0)) } }

  /// A folder below the present one that is not there yet.
  static func freeFolder(for runs: [RunFolder]) throws(CommandError) -> String {
    guard let first = runs.first else { throw CommandError("No run is selected.") }
    let name = (runs.count == 1 ? first.name : "runs") + "-export"
    let base = FileManager.default.currentDirectoryPath + "/" + name
    var (folder, number) = (base, 1)
    while FileManager.default.fileExists(atPath: folder) {
      number += 1
      folder = "\(base)-\(number)"
    }
    return folder
  }

  /// - Returns: the paths of the files.
  /// - Throws: where there is nothing to write, a file is there already, or cannot be written.
  func write(
    _ format: RunsExportFormat, to folder: String, overwrite: Bool, theme: Theme = .standard
  ) throws -> [String] {
    let files: [ExportFile]
    switch format {
    case .csv: files = [ExportFile(path: "points.csv", contents: points.csv)]
    case .json: files = [ExportFile(path: "points.json", contents: try points.json())]
    case .tensorboard: files = eventFiles
    case .svg: files = pictures(theme)
    }
    guard !files.isEmpty else {
      throw CommandError(
        "\(runs.map(\.folder.name).joined(separator: ", ")): nothing to export yet.")
    }
    return try ExportFile.write(files, to: folder, overwrite: overwrite)
  }

  private var points: PointTable {
    PointTable(points: runs.flatMap { PointTable($0.summary).points })
  }

  private var eventFiles: [ExportFile] {
    runs.flatMap { run in
      run.summary.cells.compactMap { TensorBoardWriter.file(of: $0.cell.id, in: run.folder) }
    }
  }

  // MARK: Pictures

  private func pictures(_ theme: Theme) -> [ExportFile] {
    curvePictures(theme) + runs.flatMap { trainingPictures(of: $0.folder, theme) }
      + maskPictures(theme)
  }

  /// The curves of all runs by task, and the differences of the first two.
  private func curvePictures(_ theme: Theme) -> [ExportFile] {
    var state = RunsState(size: .zero, look: Appearance(theme: theme))
    // The view's own state decides which curves belong together and what they are called.
    let rows = runs.map {
      RunRow($0.summary, id: $0.folder.path, curves: [])
    }
    state.compare(
      rows,
      details: runs.map { run in
        RunDetail(
          run: run.folder.path,
          curves: run.summary.curves.map {
            RunCurve(
              $0, protocol: run.summary.spec.protocol, tolerance: run.summary.spec.tolerance)
          })
      })
    return state.tasks.flatMap { task -> [ExportFile] in
      state.choose(task: task)
      let name = FileNameText.safe(task)
      var files = [
        Self.picture(
          "curves-\(name)",
          RunsPlots.sparsity(state.shownCurves)
            .svg(title: "\(task): score over sparsity", valueLabel: "%", theme: theme))
      ]
      if let named = state.difference, !named.difference.points.isEmpty {
        files.append(
          Self.picture(
            "difference-\(name)",
            RunsPlots.difference(named).svg(
              title: "\(task): \(named.second) − \(named.first)", valueLabel: "points",
              theme: theme)))
      }
      return files
    }
  }

  private func trainingPictures(of run: RunFolder, _ theme: Theme) -> [ExportFile] {
    run.spec.cells.flatMap { cell -> [ExportFile] in
      var tail = EventTail(path: run.eventFile(of: cell.id))
      let history = TrainingHistory(tail.read())
      let series = TrainingSeries(cell: cell.id, isRunning: false, history)
      var files: [ExportFile] = []
      if !series.losses.isEmpty {
        files.append(
          Self.picture(
            "\(run.name)/loss-\(cell.id)",
            RunsPlots.losses([series]).svg(title: cell.id, valueLabel: "loss", theme: theme)))
      }
      if series.scores.count > 1 {
        files.append(
          Self.picture(
            "\(run.name)/score-\(cell.id)",
            RunsPlots.scores([series]).svg(title: cell.id, valueLabel: "%", theme: theme)))
      }
      return files
    }
  }

  private func maskPictures(_ theme: Theme) -> [ExportFile] {
    guard let first = runs.first else { return [] }
    let second = runs.count > 1 ? runs[1] : first
    func cells(_ folder: RunFolder) -> [ExperimentCell.ID] {
      folder.spec.cells.map(\.id).filter { id in
        folder.isFinished(id)
          && FileManager.default.fileExists(atPath: folder.maskFile("\(id).safetensors"))
      }
    }
    let question = MaskQuestion(
      first: first.folder.path, second: second.folder.path, firstCells: cells(first.folder),
      secondCells: cells(second.folder))
    guard !question.firstCells.isEmpty, !question.secondCells.isEmpty else { return [] }
    let comparison = MaskTable(answering: question)
    guard comparison.problem == nil else { return [] }
    return [
      Self.picture(
        "masks",
        RunsPlots.masks(comparison).svg(
          title: "cosine × 100 of masks, by sparsity %", theme: theme))
    ]
  }

  private static func picture(_ name: String, _ text: String) -> ExportFile {
    ExportFile(path: "\(name).svg", contents: Data(text.utf8))
  }
}

extension TrainingSeries {
  init(cell: ExperimentCell.ID, isRunning: Bool, _ history: TrainingHistory) {
    self.init(
      cell: cell, isRunning: isRunning, steps: history.steps.last?.value.steps,
      losses: history.steps.map { .init(step: $0.step, value: $0.value.loss) },
      scores: history.evaluations.map { .init(step: $0.step, value: $0.value.score) })
  }
}
