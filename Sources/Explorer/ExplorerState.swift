import Canvas
import Experiments

/// Everything that the explorer shows, as one value.
///
/// `update` changes it, `view` draws it; neither does anything else.
package struct ExplorerState: Sendable {
  package var size: Size
  package internal(set) var model: ModelSummary
  package var look: Appearance
  package var keys = KeyTable.standard

  // The pruning that is looked at.
  package var request: PruningRequest
  /// The seed that random pruning takes; it stays when the method changes.
  package var seed: UInt64 = 0
  package var preview: (any PruningPreview)?
  /// What `request` means, exactly; nil until the index is ready.
  package var plan: PruningPlan?

  // The index as it is built.
  package var sparklines: [[Int]?]
  package var indexFailure: String?

  // The task that the model is measured on.
  /// The tasks that fit the model, and those that would with a head.
  package internal(set) var tasks: [TaskOffer]
  /// nil where nothing is measured.
  package internal(set) var task: TaskSelection?
  /// The number of the order by which the present task was opened; 0 for the first.
  package internal(set) var taskNumber = 0
  package internal(set) var opening: TaskOpening?
  var openingNumber = 0
  /// Why the latest order failed.
  package internal(set) var taskFailure: String?
  /// What was measured on other tasks before.
  package internal(set) var results: [TaskSelection: TaskResults] = [:]

  // What is looked at.
  package var selection: MatrixSelection
  /// The matrix that `wholeModel` goes back to.
  package var lastMatrix = 0
  package var filterText = ""
  /// The first row of the list of matrices that is visible.
  package var listOffset = 0
  /// Panels in the order in which they were looked at, the latest first.
  package var recent: [PanelID] = [.matrices, .magnitudes, .accuracy, .heatMap, .maskMap]
  package var zoomed = false
  package var logarithmic = false
  package var overlay: Overlay<ExplorerOverlay>?
  package var notice: Notice?
  package var dragging = false

  // What the engine has said.
  package var curves: [CurveIdentity: SparsityCurve] = [:]
  package var turningPoints: [CurveIdentity: TurningPoints] = [:]
  package var speeds: [CurveIdentity: [SparsityLevel: LevelSpeed]] = [:]
  package var sensitivities: [PruningMethod: Sensitivities] = [:]
  package var activations: ActivationUse?
  package var engine = EvaluationStatus.idle
  package var tolerance = 0.01
  package var clock = 0.0
  /// When the level that the engine is at was begun, on `clock`.
  package var levelStarted = 0.0

  // Asked for and not yet answered, so that nothing is asked twice.
  package var restNumber = 0
  package var requestedMaskMap: MaskMapRequest?
  package var maskMap: MaskMap?
  /// The histogram of the selection, counted for the width of its panel.
  package var histogram: MagnitudeHistogram?
  /// The right end of each selection's magnitude axis, once it is known.
  var histogramTops: [MatrixSelection: Float] = [:]

  /// - Parameters:
  ///   - tasks: what the picker offers.
  ///   - task: what `model.evaluation` is about; nil where there is none.
  package init(
    size: Size, model: ModelSummary, request: PruningRequest, look: Appearance,
    tasks: [TaskOffer] = [], task: TaskSelection? = nil
  ) {
    self.size = size
    self.model = model
    self.request = request
    self.look = look
    self.tasks = tasks
    self.task = task
    sparklines = Array(repeating: nil, count: model.matrices.count)
    selection = model.matrices.isEmpty ? .whole : .matrix(0)
    if case .random(_, let seed) = request.method { self.seed = seed }
  }
}

/// What the magnitude panels are about.
package enum MatrixSelection: Sendable, Hashable {
  case whole
  case matrix(Int)

  package var index: Int? {
    if case .matrix(let index) = self { index } else { nil }
  }
}

/// Counts of |w| for one selection, one bin for each column of the panel.
package struct MagnitudeHistogram: Sendable, Hashable {
  package var selection: MatrixSelection
  package var edges: [Float]
  package var counts: [Int]
}

extension ExplorerState {
  package var layout: ScreenLayout {
    ScreenLayout(size: size, recent: recent, zoomed: zoomed, hasCurve: canEvaluate)
  }

  /// Whether the program can measure the model's performance.
  package var canEvaluate: Bool {
    if case .available = model.evaluation { true } else { false }
  }

  /// The curve that the current request lies on.
  package var curve: SparsityCurve? { curves[CurveIdentity(request)] }

  /// How fast the slider's level was measured here, against the dense model where that was too; nil
  /// before, and for points that were measured another time.
  package var measuredSpeed: String? {
    let speeds = speeds[CurveIdentity(request)]
    let dense = level == .dense ? nil : speeds?[.dense]
    guard let speed = speeds?[level], speed.seconds >= Self.leastTimed else { return nil }
    return speed.text(dense: dense)
  }

  /// Why the slider's level has no speed although it was timed here; nil where it has one, and where
  /// it was not timed.
  var speedDoubt: String? {
    guard let seconds = speeds[CurveIdentity(request)]?[level]?.seconds,
      seconds > 0, seconds < Self.leastTimed
    else { return nil }
    return "\(max(1, Int((1000 * seconds).rounded()))) ms, too short to tell"
  }

  /// Seconds that a speed is told from on: less is lost in what else the machine does.
  private static let leastTimed = 0.05

  /// The indices of the matrices that the filter lets through.
  package var visibleMatrices: [Int] {
    guard !filterText.isEmpty else { return Array(model.matrices.indices) }
    let wanted = filterText.lowercased().split(separator: " ")
    return model.matrices.indices.filter { index in
      let text = label(of: index).lowercased() + " " + model.matrices[index].name.lowercased()
      return wanted.allSatisfy { text.contains($0) }
    }
  }

  /// How a matrix is called on the screen: its block and its kind, such as `2 mlp in`.
  package func label(of index: Int) -> String { model.matrices[index].label }

  /// How many matrices the index holds so far.
  package var indexedCount: Int { sparklines.count { $0 != nil } }

  /// Whether something on the screen moves by itself, so that time must be told.
  package var isAnimated: Bool {
    isEvaluating || opening != nil || (preview == nil && indexFailure == nil)
  }

  /// Why the engine could not go on, in one sentence.
  package var engineFailure: String? {
    if case .failed(let reason) = engine { reason } else { nil }
  }

  package var isEvaluating: Bool {
    if case .evaluating = engine { true } else { false }
  }

  /// Whether nothing is on its way: no index, no task, no evaluation, no drawing.
  package var isSettled: Bool {
    !isAnimated && requestedMaskMap == maskMap?.request
  }
}
