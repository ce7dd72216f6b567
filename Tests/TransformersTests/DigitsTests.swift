import Checkpoints
import Foundation
import Tasks
import Tensors
import Testing

@testable import Engine
@testable import Transformers

/// The embedded model and the training that makes it.
struct DigitsTests {
  private static let resources = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/sparsescope/Resources").standardizedFileURL.path

  private static let preprocessing = ImagePreprocessing(
    rescaleFactor: 1 / 16, mean: [0.5], deviation: [0.5])

  private func images(_ split: ImageSplit) throws -> ImageDataset {
    try ImageDataset(idxFolder: "\(Self.resources)/digits", split: split)
  }

  private func trained(epochs: Int, workers: Int) throws -> ImageClassifier {
    var recipe = DigitsRecipe()
    recipe.epochs = epochs
    return try DigitsTrainer(
      recipe: recipe, images: images(.train), preprocessing: Self.preprocessing,
      workers: ParallelWorkers(count: workers)
    ).train()
  }

  @Test func `the embedded model tells at least 95.5 % of the test images`() throws {
    try BLAS.load()
    let folder = "\(Self.resources)/vit-digits"
    let classifier = try ImageClassifier(Checkpoint.open(at: folder))
    let task = ImageClassification(
      name: "digits", images: try images(.test),
      preprocessing: try ImagePreprocessing(modelFolder: folder))
    #expect(classifier.labels == (0..<10).map(String.init))
    let correct = try ImageAccuracy(workers: ParallelWorkers(count: 2))
      .correct(classifier, on: task)
    #expect(task.count == 450)
    #expect(correct >= 430)
  }

  @Test func `predictions do not depend on the number of workers`() throws {
    try BLAS.load()
    let folder = "\(Self.resources)/vit-digits"
    let classifier = try ImageClassifier(Checkpoint.open(at: folder))
    let task = ImageClassification(
      name: "digits", images: try images(.test), preprocessing: Self.preprocessing)
    let predictions = try [1, 3].map {
      try ImageAccuracy(workers: ParallelWorkers(count: $0)).predictions(of: classifier, on: task)
    }
    #expect(predictions[0] == predictions[1])
  }

  @Test func `a short training gives the same bits for one worker and for two`() throws {
    let (one, two) = (try trained(epochs: 2, workers: 1), try trained(epochs: 2, workers: 2))
    for id in one.model.table.ids {
      #expect(one.parameters[id].elements == two.parameters[id].elements)
    }
  }

  @Test func `a short training is far better than chance`() throws {
    let classifier = try trained(epochs: 10, workers: 2)
    let task = ImageClassification(
      name: "digits", images: try images(.test), preprocessing: Self.preprocessing)
    let correct = try ImageAccuracy(workers: ParallelWorkers(count: 2))
      .correct(classifier, on: task)
    #expect(correct > 225)
  }

  @Test func `a training that is called off ends before its next step`() throws {
    var recipe = DigitsRecipe()
    recipe.epochs = 1000
    let trainer = DigitsTrainer(
      recipe: recipe, images: try images(.train), preprocessing: Self.preprocessing,
      workers: ParallelWorkers(count: 1))
    var steps = 0
    #expect(throws: TrainingInterrupted.self) {
      try trainer.train(isCancelled: {
        steps += 1
        return steps > 3
      })
    }
    #expect(steps == 4)
  }

  @Test func `a model folder holds what was trained, under the names of transformers`() throws {
    var recipe = DigitsRecipe()
    recipe.warp = AffineWarp()
    let model = Transformer(
      recipe.configuration(height: 8, width: 8, labels: (0..<10).map(String.init)))
    let parameters = Parameters(fresh: model.table, deviation: 0.02, seed: 3)
    let path = FileManager.default.temporaryDirectory
      .appending(path: "digits-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try DigitsModelFolder(
      ImageClassifier(model, parameters), preprocessing: Self.preprocessing, card: "A card.\n"
    ).write(with: ModelFolderWriter(to: path))
    let read = try ImageClassifier(Checkpoint.open(at: path))
    #expect(read.report == LoadReport())
    #expect(read.model.configuration.labels == model.configuration.labels)
    for id in model.table.ids {
      #expect(read.parameters[id].elements == parameters[id].elements)
    }
    var expected = Self.preprocessing
    expected.resizing = ImageResizing(.exact(height: 8, width: 8), .bilinear)
    #expect(try ImagePreprocessing(modelFolder: path) == expected)
    #expect(read.parameters["vit.encoder.layer.3.attention.attention.query.weight"] != nil)
  }

  @Test func `the one-cycle rate rises to its peak and falls to almost nothing`() {
    let schedule = OneCycleRate(peak: 2, steps: 1000)
    let rates = (0..<1000).map(schedule.rate(at:))
    #expect(abs(rates[0] - 0.08) < 1e-6)
    #expect(abs(rates.max()! - 2) < 1e-4)
    #expect(rates.firstIndex(of: rates.max()!) == 299)
    #expect(rates[999] < 1e-4)
    for (early, late) in zip(rates[..<299], rates[1...299]) { #expect(early < late) }
    for (early, late) in zip(rates[300...], rates[301...]) { #expect(early > late) }
  }

  @Test func `a deformation of nothing leaves an image as it is`() {
    var warp = AffineWarp()
    (warp.rotation, warp.scale, warp.shear, warp.shift) = (0, 0, 0, 0)
    var random = RandomStream(seed: 1)
    let image = (0..<12).map(Float.init)
    var drawn = [Float](repeating: -1, count: 12)
    image.withUnsafeBufferPointer { source in
      drawn.withUnsafeMutableBufferPointer { target in
        warp.deformation(using: &random).draw(
          source, height: 3, width: 4, background: 0, into: target)
      }
    }
    for (pixel, expected) in zip(drawn, image) { #expect(abs(pixel - expected) < 1e-5) }
  }
}
