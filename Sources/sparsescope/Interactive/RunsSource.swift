import Experiments
import Explorer
import Runs

/// Where runs are: this machine's folders, or another machine.
protocol RunsSource {
  /// nil for this machine.
  var host: RunHost? { get }

  /// Looks at the runs once.
  ///
  /// - Parameters:
  ///   - watched: runs that are to be looked at closely.
  ///   - found: gets each run that may have changed, as it is read.
  /// - Returns: the runs that there are, and what cannot be read.
  mutating func read(
    watched: [RunRow.ID], _ found: (RunRow.ID, RunSummary) -> Void
  ) -> (runs: Set<RunRow.ID>, problems: [String])

  /// How the training of cells of a run went; cells without any are left out.
  mutating func trainings(
    of run: RunRow.ID, cells: [ExperimentCell.ID], running: Set<ExperimentCell.ID>
  ) -> [TrainingSeries]

  /// Where a run is, as far as rows tell it; nil for this machine.
  func place(of run: RunSummary) -> RunRow.Place?
}
