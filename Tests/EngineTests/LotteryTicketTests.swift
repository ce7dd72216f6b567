import Experiments
import Pruning
import Testing
import Transformers

@testable import Engine

@Suite struct `Lottery tickets` {
  private struct Model {
    let fixture: FineTuningFixture
    let model: FineTuningModel
    let dense: ModelMask

    init() throws {
      fixture = try FineTuningFixture("classify")
      model = try FineTuningModel(
        fixture.checkpoint, for: fixture.task, settings: fixture.settings)
      dense = ModelMask(keepingAllOf: model.matrices, in: model.loaded)
    }
  }

  @Test func `are one-shot magnitude pruning where the weights are the pre-trained ones`() throws {
    let model = try Model()
    let index = try MagnitudeIndex.build(model.model.matrices)
    for sparsity in [0, 0.1, 0.333, 0.9, 1] {
      let plan = index.plan(PruningRequest(method: .magnitude(.global), sparsity: sparsity))
      let expected = try ModelMask(plan, of: model.model.matrices, in: model.model.loaded)
      let ticket = LotteryTicket(
        trained: model.model.loaded.parameters, mask: model.dense, sparsity: sparsity)
      #expect(ticket.mask == expected)
    }
  }

  @Test func `nest, and have exact counts`() throws {
    let model = try Model()
    var mask = model.dense
    for round in 1...9 {
      // Other weights each time, as training gives.
      let trained = Parameters(
        fresh: model.model.loaded.model.table, deviation: 1, seed: UInt64(round))
      let sparsity = Double(round) / 10
      let next = LotteryTicket(trained: trained, mask: mask, sparsity: sparsity).mask
      let wanted = (sparsity * Double(mask.weights)).rounded(.toNearestOrEven)
      #expect(next.removed == Int(wanted))
      #expect(mask.isNested(in: next))
      mask = next
    }
    let lower = LotteryTicket(
      trained: model.model.loaded.parameters, mask: mask, sparsity: 0.2)
    #expect(lower.mask == mask)
  }

  @Test func `remove the first of equal magnitudes`() throws {
    let model = try Model()
    var equal = model.model.loaded.parameters
    for entry in model.dense.entries {
      equal.withMutableElements(of: entry.id) { $0.update(repeating: -1) }
    }
    let first = model.dense.entries[0].mask.count
    let sparsity = (Double(first) + 5) / Double(model.dense.weights)
    let mask = LotteryTicket(trained: equal, mask: model.dense, sparsity: sparsity).mask
    #expect(mask.entries[0].mask.kept == 0)
    #expect(mask.entries[1].mask.kept(in: 0..<6) == 1)
    #expect(mask.removed == first + 5)
  }
}

@Suite struct `Schedules` {
  @Test func `gradual pruning rises by a cubic and ends at its level`() {
    let pruning = GradualPruning(initial: 0.1, final: 0.9, start: 10, end: 110, every: 25)
    #expect(pruning.sparsity(before: 9) == nil)
    #expect(pruning.sparsity(before: 11) == nil)
    #expect(pruning.sparsity(before: 10).map { abs($0 - 0.1) < 1e-12 } == true)
    #expect(pruning.sparsity(before: 60).map { abs($0 - 0.8) < 1e-12 } == true)
    #expect(pruning.sparsity(before: 110) == 0.9)
    #expect(pruning.sparsity(before: 135) == nil)
  }

  @Test func `the linear rate rises and falls as transformers' does`() {
    let rate = LinearRate(peak: 1, warmupRatio: 0.15, steps: 10)
    let rates = (0...10).map(rate.rate)
    #expect(rates == [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0])
    #expect(LinearRate(peak: 2, warmupRatio: 0, steps: 4).rate(at: 0) == 2)
  }

  private let lengths = (0..<1000).map { 5 + $0 * 7919 % 60 }

  @Test func `an epoch has every example once, with equals beside each other`() {
    let order = TrainingOrder(lengths: lengths, batchSize: 8, groupsByLength: true, seed: 3)
    let batches = order.batches(ofEpoch: 0)
    #expect(batches.count == order.batchesPerEpoch)
    #expect(batches.joined().sorted() == Array(0..<1000))
    let spread = batches.map { batch in
      let all = batch.map { lengths[$0] }
      return all.max()! - all.min()!
    }
    #expect(spread.max()! <= 5)
    #expect(batches != order.batches(ofEpoch: 1))
    #expect(batches == order.batches(ofEpoch: 0))
    let other = TrainingOrder(lengths: lengths, batchSize: 8, groupsByLength: true, seed: 4)
    #expect(batches != other.batches(ofEpoch: 0))
  }

  @Test(arguments: [1, 2, 7, 32, 200])
  func `shards are a power of two of whole examples in order`(size: Int) {
    let batch = Array(300..<300 + size)
    let shards = BatchShards(batch, lengths: lengths)
    #expect(Array(shards.passes.joined().joined()) == batch)
    for pass in shards.passes {
      #expect(pass.count.nonzeroBitCount == 1 && pass.count <= BatchShards.limit)
      #expect(pass.allSatisfy { !$0.isEmpty })
    }
  }
}
