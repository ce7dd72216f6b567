import Canvas
import Experiments

@testable import Explorer

/// A model of a few blocks whose matrix `i` holds magnitudes evenly spread over `0..<1 + i / 10`.
struct FakePreview: PruningPreview {
  let matrices: [MatrixDescription]

  private func top(_ index: Int) -> Double { 1 + Double(index) / 10 }

  func plan(_ request: PruningRequest) -> PruningPlan {
    let included = matrices.indices.filter { !request.excluded.contains($0) }
    let all = included.reduce(0) { $0 + matrices[$1].weights }
    var pruned = [Int](repeating: 0, count: matrices.count)
    var thresholds = [Float?](repeating: nil, count: matrices.count)
    // The even spread makes the global threshold a matter of bisection.
    var (low, high) = (0.0, 10.0)
    let wanted = Int((request.sparsity * Double(all)).rounded(.toNearestOrEven))
    func count(_ index: Int, below threshold: Double) -> Int {
      min(matrices[index].weights, Int(threshold / top(index) * Double(matrices[index].weights)))
    }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let total = included.reduce(0) { $0 + count($1, below: middle) }
      if total < wanted { low = middle } else { high = middle }
    }
    for index in included {
      pruned[index] = count(index, below: high)
      if pruned[index] > 0 { thresholds[index] = Float(high) }
    }
    return PruningPlan(
      request: request, pruned: pruned, thresholds: thresholds,
      ties: [Int](repeating: 0, count: matrices.count), included: all)
  }

  func histogram(matrix: Int?, edges: [Float]) -> [Int] {
    (0..<edges.count - 1).map { 100 * (edges.count - $0) }
  }

  func maximum(matrix: Int?) -> Float { Float(top(matrix ?? matrices.count - 1)) }
}

extension FakePreview {
  static let kinds = ["attn q", "attn k", "attn v", "attn o", "mlp in", "mlp out"]

  init(blocks: Int = 4) {
    matrices = (0..<blocks).flatMap { block in
      Self.kinds.map { kind in
        MatrixDescription(
          name: "encoder.layer.\(block).\(kind.replacing(" ", with: ".")).weight",
          kind: kind, block: block,
          shape: kind == "mlp in" ? [256, 64] : kind == "mlp out" ? [64, 256] : [64, 64],
          dtype: "F32")
      }
    }
  }
}

extension ExplorerState {
  /// A state as it is when the index of a small model is ready.
  static func sample(
    size: Size = Size(width: 100, height: 28), sparsity: Double = 0.64, evaluates: Bool = true,
    look: Appearance = Appearance()
  ) -> ExplorerState {
    let preview = FakePreview()
    var state = ExplorerState(
      size: size,
      model: ModelSummary(
        name: "vit-digits", path: "", rule: "vit: attention and feed-forward matrices",
        parameters: 211_000, matrices: preview.matrices, bytes: 844_000,
        evaluation: evaluates
          ? .available(task: "digits test", examples: 450, metric: "accuracy", chance: 0.1)
          : .unavailable("cannot be evaluated here: “t5” is not known.")),
      request: PruningRequest(method: .magnitude(.global), sparsity: sparsity), look: look)
    for index in preview.matrices.indices {
      _ = update(&state, .matrixIndexed(index, bins: [1, 3, 8, 6, 3, 2, 1, 1]))
    }
    _ = update(&state, .indexReady(preview))
    return state
  }

  /// The state after some keys.
  func pressing(_ keys: Key...) -> ExplorerState {
    var state = self
    for key in keys { _ = update(&state, .key(key)) }
    return state
  }
}

/// A measured point of a curve on which so many of the 450 examples are right.
func point(_ percent: Int, right: Int, of seen: Int = 450) -> CurvePoint {
  CurvePoint(
    level: SparsityLevel(percent: percent), achieved: Double(percent) / 100, pruned: 0,
    scores: (0..<seen).map { $0 < right ? 1 : 0 }, total: 450)
}
