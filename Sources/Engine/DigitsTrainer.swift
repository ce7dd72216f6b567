import Tasks
import Tensors
import Transformers

/// How the embedded model is trained: a small vision transformer on small images.
package struct DigitsRecipe: Sendable, Hashable {
  package var seed: UInt64 = 0
  package var epochs = 300
  package var batchSize = 64
  package var peakRate: Float = 2e-3
  package var weightDecay: Float = 0.05
  package var clippingNorm: Float = 1
  package var labelSmoothing: Float = 0.05
  package var dropout: Float = 0.1
  package var warp = AffineWarp()

  package init() {}

  /// The structure: 64 wide, 4 blocks of 4 heads, patches of 2×2.
  package func configuration(height: Int, width: Int, labels: [String]) -> TransformerConfiguration
  {
    var configuration = TransformerConfiguration(
      family: .vit, head: .imageClassification,
      input: .image(
        ImageInput(height: height, width: width, channels: 1, patchHeight: 2, patchWidth: 2)),
      width: 64, blocks: 4, heads: 4, keyValueHeads: 4, headWidth: 16, feedForwardWidth: 256,
      activation: .gelu, normEpsilon: 1e-6, normPlacement: .beforeBranch)
    configuration.dropout = DropoutRates(embeddings: dropout, attention: 0, hidden: dropout)
    configuration.labels = labels
    return configuration
  }
}

/// How far a training has come.
package struct TrainingProgress: Sendable, Hashable {
  package var epoch: Int
  package var epochs: Int
  /// The mean loss of the epoch, with dropout and smoothing.
  package var loss: Double
  package var seconds: Double
}

/// The training was called off; nothing was written.
package struct TrainingInterrupted: Error {}

/// Trains a vision transformer on a set of small images.
///
/// The same recipe and images give the same weights bit for bit, for any number of workers.
package struct DigitsTrainer {
  /// Shards of a batch; more workers than this have nothing to do.
  private static let shards = 4

  private let recipe: DigitsRecipe
  private let shape: ImageShape
  /// [count, channels, height, width], with the values of the files.
  private let pixels: [Float]
  private let labels: [Int]
  private let preprocessing: ImagePreprocessing
  private let workers: ParallelWorkers

  /// - Parameter images: in memory, and at least as many as a batch holds.
  package init(
    recipe: DigitsRecipe, images: ImageDataset, preprocessing: ImagePreprocessing,
    workers: ParallelWorkers
  ) {
    precondition(images.count >= recipe.batchSize, "fewer images than a batch holds")
    guard let array = images.array else { preconditionFailure("images of many sizes") }
    self.recipe = recipe
    shape = array.shape
    pixels = array.bytes.map(Float.init)
    labels = images.labels
    self.preprocessing = preprocessing
    self.workers = workers
  }

  /// Trains from fresh weights.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each step.
  ///   - report: called after each epoch.
  /// - Throws: `TrainingInterrupted` once `isCancelled` says so; `BLASError`.
  package func train(
    isCancelled: () -> Bool = { false }, report: (TrainingProgress) -> Void = { _ in }
  ) throws -> ImageClassifier {
    try BLAS.load()
    let names = (0...(labels.max() ?? 0)).map { "\($0)" }
    let model = Transformer(
      recipe.configuration(height: shape.height, width: shape.width, labels: names))
    var parameters = Parameters(
      fresh: model.table, deviation: model.configuration.initializerRange, seed: recipe.seed)
    let optimizer = AdamWState(
      table: model.table,
      settings: AdamW(weightDecay: recipe.weightDecay, clippingNorm: recipe.clippingNorm))
    let gradients = ShardedGradients(
      table: model.table, shards: Self.shards, workers: workers)

    // What does not fill a batch waits for another epoch: the order is drawn anew each time.
    let batches = labels.count / recipe.batchSize
    let schedule = OneCycleRate(peak: recipe.peakRate, steps: recipe.epochs * batches)
    let clock = ContinuousClock()
    let start = clock.now
    for epoch in 0..<recipe.epochs {
      var order = RandomStream(seed: recipe.seed, stream: Stream.order(epoch: epoch))
      let shuffled = Array(0..<labels.count).shuffled(using: &order)
      var epochLoss = 0.0
      for batch in 0..<batches {
        if isCancelled() { throw TrainingInterrupted() }
        let step = epoch * batches + batch
        let chosen = Array(shuffled[batch * recipe.batchSize..<(batch + 1) * recipe.batchSize])
        let (loss, sum) = try gradients.sum { [self, parameters] shard, tape, gradients in
          differentiate(
            Array(chosen[shardRange(shard, of: chosen.count)]), of: chosen.count, step: step,
            epoch: epoch, shard: shard, model, parameters, on: tape, into: gradients)
        }
        optimizer.step(&parameters, along: sum, rate: schedule.rate(at: step))
        epochLoss += loss
      }
      let seconds = (clock.now - start) / .seconds(1)
      report(
        TrainingProgress(
          epoch: epoch + 1, epochs: recipe.epochs, loss: epochLoss / Double(batches),
          seconds: seconds))
    }
    return ImageClassifier(model, parameters)
  }

  /// Streams of random numbers that never meet.
  private enum Stream {
    static func order(epoch: Int) -> UInt64 { 1 << 40 | UInt64(epoch) }
    static func warp(epoch: Int, image: Int) -> UInt64 {
      2 << 40 | UInt64(epoch) << 20 | UInt64(image)
    }
    static func dropout(step: Int, shard: Int) -> UInt64 {
      3 << 40 | UInt64(step) << 8 | UInt64(shard)
    }
  }

  private func shardRange(_ shard: Int, of count: Int) -> Range<Int> {
    shard * count / Self.shards..<(shard + 1) * count / Self.shards
  }

  private func differentiate(
    _ chosen: [Int], of batchSize: Int, step: Int, epoch: Int, shard: Int, _ model: Transformer,
    _ parameters: Parameters, on tape: Tape, into gradients: Gradients
  ) -> Double {
    withWarpedPixels(chosen, epoch: epoch) { pixels in
      var key = RandomStream(seed: recipe.seed, stream: Stream.dropout(step: step, shard: shard))
      return model.differentiate(
        .images(ImageBatch(pixels: pixels, count: chosen.count)),
        .classes(chosen.map { labels[$0] }), parameters, on: tape,
        mode: .training(dropoutKey: key.next()), smoothing: recipe.labelSmoothing,
        divisor: batchSize, into: gradients
      ).loss
    }
  }

  /// Some images, deformed as this epoch wants each of them, and normalised.
  private func withWarpedPixels(
    _ chosen: [Int], epoch: Int, _ body: (UnsafeBufferPointer<Float>) -> Double
  ) -> Double {
    let size = shape.count
    let planeSize = shape.planeSize
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: chosen.count * size) { warped in
      pixels.withUnsafeBufferPointer { source in
        for (place, image) in chosen.enumerated() {
          var random = RandomStream(
            seed: recipe.seed, stream: Stream.warp(epoch: epoch, image: image))
          let deformation = recipe.warp.deformation(using: &random)
          for channel in 0..<shape.channels {
            let from = image * size + channel * planeSize
            let to = place * size + channel * planeSize
            deformation.draw(
              UnsafeBufferPointer(rebasing: source[from..<from + planeSize]),
              height: shape.height, width: shape.width, background: 0,
              into: UnsafeMutableBufferPointer(rebasing: warped[to..<to + planeSize]))
          }
        }
      }
      preprocessing.normalize(warped, channels: shape.channels, planeSize: planeSize)
      return body(UnsafeBufferPointer(warped))
    }
  }
}
