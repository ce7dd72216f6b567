import Checkpoints
import Experiments
import Foundation
import Pruning
import Testing
import Transformers

@testable import Engine

@Suite struct `Fine-tuning` {
  /// About ten times what is seen: 3e-7 relative for the losses, 1e-6 for the norms.
  @Test(arguments: [("classify", nil), ("regress", nil), ("qa", nil), ("masked", 0.5)])
  func `gives PyTorch's losses over ten steps`(name: String, sparsity: Double?) throws {
    let fixture = try FineTuningFixture(name)
    var norms: [Double] = []
    let result = try fixture.tuner(fixture.settings, sparsity: sparsity).run(
      onStep: { norms.append($0.gradientNorm) })
    #expect(result.losses.count == 10)
    for (step, (loss, expected)) in zip(result.losses, fixture.trace.losses).enumerated() {
      #expect(abs(loss - expected) < 3e-6 * max(1, expected), "step \(step): \(loss)")
    }
    for (step, (norm, expected)) in zip(norms, fixture.trace.norms).enumerated() {
      #expect(abs(norm - expected) < 1e-5 * max(1, expected), "step \(step): \(norm)")
    }
  }

  /// Batches of some hundred tokens, so that there are several shards, with dropout.
  private func manyShards(_ fixture: FineTuningFixture) -> FineTuningSettings {
    var settings = fixture.settings
    settings.batchSize = 16
    settings.accumulation = 1
    settings.dropout = 0.1
    settings.maxSteps = 6
    return settings
  }

  @Test func `gives the same bits for any number of workers`() throws {
    let fixture = try FineTuningFixture("classify")
    let settings = manyShards(fixture)
    let expected = try fixture.tuner(settings, sparsity: 0.3, workers: 1).run()
    for workers in [2, 5] {
      let result = try fixture.tuner(settings, sparsity: 0.3, workers: workers).run()
      #expect(result.losses == expected.losses)
      #expect(result.parameters.bits == expected.parameters.bits)
    }
    var other = settings
    other.seed += 1
    #expect(try fixture.tuner(other, sparsity: 0.3).run().losses != expected.losses)
  }

  @Test func `packed matrices give the same losses but for rounding, at any worker count`() throws {
    let fixture = try FineTuningFixture("classify")
    let settings = manyShards(fixture)
    let dense = try fixture.tuner(settings, sparsity: 0.8).run()
    let packed = try fixture.tuner(settings, sparsity: 0.8, kernels: .sparse).run()
    #expect(dense.sparseMatrices == 0)
    #expect(packed.sparseMatrices == packed.mask?.entries.count)
    for (loss, expected) in zip(packed.losses, dense.losses) {
      #expect(abs(loss - expected) < 1e-5)
    }
    for workers in [1, 5] {
      let other = try fixture.tuner(
        settings, sparsity: 0.8, workers: workers, kernels: .sparse
      ).run()
      #expect(other.losses == packed.losses)
      #expect(other.parameters.bits == packed.parameters.bits)
    }
  }

  @Test(arguments: [KernelChoice.dense, .sparse])
  func `keeps pruned weights at zero, and trains all others`(kernels: KernelChoice) throws {
    let fixture = try FineTuningFixture("masked")
    let tuner = try fixture.tuner(fixture.settings, sparsity: 0.5, kernels: kernels)
    var revived = 0
    let result = try tuner.run(onStep: { revived += $0.revivedWeights })
    let mask = try #require(result.mask)
    #expect(revived == 0)
    #expect(mask.removed * 2 == mask.weights)
    for entry in mask.entries {
      let before = tuner.model.loaded.parameters[entry.id].elements
      let after = result.parameters[entry.id].elements
      for index in 0..<entry.mask.count {
        if entry.mask[index] {
          #expect(after[index] != before[index])
        } else {
          #expect(after[index].bitPattern == 0)
        }
      }
    }
  }

  /// A resumption keeps to the kernels of the beginning, whatever is faster by then.
  @Test(arguments: [1, 4], [KernelChoice.dense, .sparse])
  func `goes on from a checkpoint to the same bits`(stop: Int, kernels: KernelChoice) throws {
    let fixture = try FineTuningFixture("classify")
    var settings = manyShards(fixture)
    settings.gradualPruning = GradualPruning(final: 0.6, start: 1, end: 5, every: 2)
    settings.evaluateEvery = 3
    let whole = try TemporaryFolder()
    let broken = try TemporaryFolder()
    let expected = try fixture.tuner(settings, kernels: kernels, output: whole.path).run()

    var done = 0
    let first = try fixture.tuner(settings, kernels: kernels, output: broken.path).run(
      onStep: { done = $0.step }, shouldStop: { done == stop })
    #expect(!first.isComplete)
    let checkpoint = try #require(FineTuningCheckpoint.all(in: broken.path).last)
    #expect(checkpoint.step == stop)
    let second = try fixture.tuner(settings, workers: 1, output: broken.path).run(
      from: checkpoint)
    #expect(first.losses + second.losses == expected.losses)
    #expect(second.parameters.bits == expected.parameters.bits)
    #expect(second.mask == expected.mask)
    #expect(second.meanLoss == expected.meanLoss)
    for name in [
      "model.safetensors", "optimizer.safetensors", "mask.safetensors", "trainer_state.json",
      "config.json",
    ] {
      let paths = [whole, broken].map { "\($0.path)/checkpoint-6/\(name)" }
      #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]), "\(name)")
    }
  }

  @Test(arguments: ["mask.safetensors", "optimizer.safetensors", "trainer_state.json"])
  func `refuses to go on from a checkpoint that lacks a file`(file: String) throws {
    let fixture = try FineTuningFixture("masked")
    let folder = try TemporaryFolder()
    let tuner = try fixture.tuner(fixture.settings, sparsity: 0.5, output: folder.path)
    _ = try tuner.run()
    let checkpoint = try #require(FineTuningCheckpoint.all(in: folder.path).last)
    try FileManager.default.removeItem(atPath: "\(checkpoint.folder)/\(file)")
    // Without a mask of its own the training would go on densely.
    let resumed = try fixture.tuner(fixture.settings, output: folder.path)
    let error = #expect(throws: FineTuningError.self) { try resumed.run(from: checkpoint) }
    guard case .badCheckpoint(checkpoint.folder, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `refuses to go on with other settings`() throws {
    let fixture = try FineTuningFixture("classify")
    let folder = try TemporaryFolder()
    var settings = fixture.settings
    _ = try fixture.tuner(settings, output: folder.path).run()
    let checkpoint = try #require(FineTuningCheckpoint.all(in: folder.path).last)
    settings.learningRate *= 2
    #expect(throws: FineTuningError.self) {
      try fixture.tuner(settings, output: folder.path).run(from: checkpoint)
    }
  }

  @Test func `keeps the last checkpoints only, and they load`() throws {
    let fixture = try FineTuningFixture("masked")
    let folder = try TemporaryFolder()
    var settings = fixture.settings
    settings.saveEvery = 3
    settings.keptCheckpoints = 2
    let result = try fixture.tuner(settings, sparsity: 0.5, output: folder.path).run()
    #expect(FineTuningCheckpoint.all(in: folder.path).map(\.step) == [9, 10])
    let saved = try Checkpoint.open(at: "\(folder.path)/checkpoint-10")
    #expect(saved.configuration?["id2label"]?.object?.count == 2)
    #expect(try LoadedTransformer(saved).parameters.bits == result.parameters.bits)
  }

  @Test func `makes a head that the model lacks, the same for a seed`() throws {
    let fixture = try FineTuningFixture("classify")
    let models = try [1, 1, 2].map { (seed: UInt64) in
      var settings = fixture.settings
      settings.seed = seed
      return try FineTuningModel(fixture.checkpoint, for: .squad, settings: settings)
    }
    let report = models[0].loaded.report
    #expect(report.fresh == ["qa_outputs.weight", "qa_outputs.bias"])
    #expect(models[0].loaded.parameters.bits == models[1].loaded.parameters.bits)
    #expect(models[0].loaded.parameters.bits != models[2].loaded.parameters.bits)
    let architectures = models[0].configuration["architectures"]?.array?.compactMap { $0.string }
    #expect(architectures == ["BertForQuestionAnswering"])
  }

  @Test func `names the task's classes where the model has others`() throws {
    let fixture = try FineTuningFixture("classify")
    let model = try FineTuningModel(
      fixture.checkpoint, for: .glue(.mnli), settings: fixture.settings)
    #expect(model.loaded.report.fresh == ["classifier.weight", "classifier.bias"])
    #expect(
      model.loaded.model.configuration.labels == ["entailment", "neutral", "contradiction"])
    #expect(model.configuration["label2id"]?["neutral"]?.integer == 1)
  }

  @Test func `stops before a loss that is not finite changes anything`() throws {
    let fixture = try FineTuningFixture("classify")
    var settings = fixture.settings
    settings.learningRate = 1e30
    settings.warmupRatio = 0
    #expect(throws: FineTuningError.self) { try fixture.tuner(settings).run() }
  }
}
