import Experiments
import Pruning

@testable import Engine

/// Measures levels of global magnitude pruning.
func measure(
  _ evaluator: any LevelEvaluator, _ model: TinyModel, at levels: [Double] = [0], workers: Int = 2
) throws -> [CurvePoint] {
  let measurement = CurveMeasurement(
    evaluator: evaluator, preview: try MagnitudeIndex.build(model.matrices),
    workers: ParallelWorkers(count: workers))
  let identity = CurveIdentity(globalRequest(0))
  return try measurement.measure(
    identity, levels: levels.map { SparsityLevel($0) }, tolerance: 0.01
  ).curve.points
}

/// The scores of a level when each example is a batch of its own.
func scoresAlone(
  _ evaluator: any LevelEvaluator, _ model: TinyModel, at level: Double = 0
) throws -> [Float] {
  let plan = try MagnitudeIndex.build(model.matrices).plan(globalRequest(level))
  let prepared = try evaluator.prepare(
    plan, kernels: .dense, on: ParallelWorkers(count: 2))
  return try (0..<evaluator.exampleCount).flatMap { try prepared.scores(of: $0..<$0 + 1) }
}

func globalRequest(_ sparsity: Double) -> PruningRequest {
  PruningRequest(method: .magnitude(.global), sparsity: sparsity, excluded: [])
}
