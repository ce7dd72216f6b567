import Canvas
import Experiments

/// What has happened: the only input of `update`.
package enum Message: Sendable {
  case key(Key)
  case resized(Size)
  /// The look was changed on another screen.
  case restyled(Appearance)
  /// A matrix of the index is done; `bins` are the heights of its sparkline.
  case matrixIndexed(Int, bins: [Int])
  /// Every matrix is indexed: scrubbing can begin.
  case indexReady(any PruningPreview)
  /// The model cannot be indexed; the sentence says why.
  case indexFailed(String)
  /// From the engine of the task that was opened by the order of this number.
  case point(CurveIdentity, CurvePoint, task: Int = 0)
  case turningPoints(CurveIdentity, TurningPoints, task: Int = 0)
  /// How fast a level has been measured here, in all.
  case speed(CurveIdentity, SparsityLevel, LevelSpeed, task: Int = 0)
  case sensitivity(PruningMethod, SensitivityProbe, PairedDifference, task: Int = 0)
  case activations(ActivationUse, task: Int = 0)
  /// What the engine does, in answer to its order of this number.
  case engine(EvaluationStatus, order: Int = 0, task: Int = 0)
  /// The order of this number is done; the selection has its path made absolute.
  case taskOpened(Int, TaskSelection, ModelSummary.Evaluation)
  /// The order of this number failed, for a reason in one sentence.
  case taskFailed(Int, reason: String)
  /// What a path that was typed becomes, and what it may become where that is not all.
  case pathCompleted(typed: String, completed: String, candidates: [String])
  /// The slider has rested since the request of this number.
  case rested(Int)
  case maskMap(MaskMap)
  /// Something that went wrong outside and stops nothing.
  case warning(String)
  case themes([Theme], problems: [String])
  /// Time passes while something on the screen moves by itself.
  case tick(seconds: Double)
}

/// What the outside world is asked to do: the only output of `update` beside the state.
package enum Effect: Sendable, Equatable, ScreenEffect {
  case quit
  case suspend
  /// The terminal's contents may be damaged: send everything again.
  case redraw
  /// Answer `.rested` with this number when 150 ms have gone by.
  case startRest(Int)
  /// The engine turns to this request; what it was doing is kept for later.
  case evaluate(PruningRequest)
  case pauseEngine(Bool)
  /// How far the score may drop.
  case setTolerance(Double)
  /// Answer `.taskOpened` or `.taskFailed`; only the latest order counts.
  case openTask(TaskOpening)
  /// The engine turns to the task that was opened by the order of this number; the old one stops.
  case startEngine(Int)
  /// Keep a task and its data for another time, as the model's task too.
  case remember(TaskSelection)
  /// Keep the name of a theme for another time.
  case rememberTheme(String)
  /// Answer `.pathCompleted`.
  case completePath(String)
  /// Answer `.maskMap`; only the latest request counts.
  case drawMaskMap(MaskMapRequest)
  /// The experiments view comes to the front; the explorer goes on behind it.
  case openRuns
  /// Answer `.themes`.
  case listThemes
  /// Put a text on the clipboard of the person's terminal.
  case copy(String)
}

/// Asks where a plan's pruned weights lie in one matrix.
package struct MaskMapRequest: Sendable, Hashable {
  package var request: PruningRequest
  package var matrix: Int
  package var rows: Int
  package var columns: Int
}

/// The share of pruned weights in each cell of a matrix laid over a grid.
package struct MaskMap: Sendable, Equatable {
  package var request: MaskMapRequest
  /// `rows · columns` shares in `0...1`, row by row.
  package var densities: [Float]

  package init(request: MaskMapRequest, densities: [Float]) {
    precondition(densities.count == request.rows * request.columns, "one share for each cell")
    self.request = request
    self.densities = densities
  }
}
