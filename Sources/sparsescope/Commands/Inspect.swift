import ArgumentParser
import Canvas
import Engine
import Experiments
import Explorer
import Foundation
import Pruning
import Tensors

/// Prints what the explorer's panels show: matrices, histogram figures, sparsity.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a model's prunable matrices and what a sparsity level removes from each.")

  @OptionGroup var modelArgument: ModelArgument
  @OptionGroup var pruning: PruningOptions

  @Option(
    help: "The level, such as 0.64 or 64%; a pattern such as 2:4 brings its own.",
    transform: SparsityLevel.parse)
  var sparsity: SparsityLevel?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let model = try OpenModel(path: modelArgument.model)
    let request = try pruning.request(level: sparsity, in: model)
    let index = try MagnitudeIndex.build(model.matrices, threads: ProcessorCount.available)
    let statistics = try model.matrices.matrices.indices.map {
      try model.matrices.statistics(matrix: $0)
    }
    let plan = index.plan(request)
    let report = InspectionReport(
      model, plan: plan, statistics: statistics, products: productSpeed(plan, of: model))
    if json { try JSONOutput.print(report) } else { print(report.text.printable) }
    pruning.warnAboutSkipped(plan, in: model)
  }

  /// nil where OpenBLAS is missing: all else can be told without it.
  private func productSpeed(_ plan: PruningPlan, of model: OpenModel) -> ProductSpeed? {
    guard (try? BLAS.load()) != nil else { return nil }
    return ProductSpeed(plan, of: model.summary.matrices, calibration: .ofThisMachine)
  }
}

/// What `inspect` prints; the JSON's keys are stable.
struct InspectionReport: Encodable {
  struct Prunable: Encodable {
    var matrices: Int
    var weights: Int
    var rule: String
  }

  struct Sparsity: Encodable {
    var target: Double
    var achieved: Double
    var pruned: Int
    /// The largest magnitude that is removed; nil where there is not one for all.
    var threshold: Float?
    var ofModel: Double
    var method: String
  }

  struct Matrix: Encodable {
    var name: String
    var kind: String
    var block: Int?
    var shape: [Int]
    var dtype: String
    var weights: Int
    var zeros: Int
    var mean: Double
    var std: Double
    var max: Double
    var threshold: Float?
    var pruned: Int
    var sparsity: Double
    /// `sparse` or `dense`: with what it would be multiplied here; nil where that is not measured.
    var kernel: String?
  }

  /// What multiplying by the matrices of the blocks takes here.
  struct Products: Encodable {
    var sparseMatrices: Int
    var matrices: Int
    /// How many times as fast as dense, on one thread with so many tokens.
    var againstDense: Double
    var tokens: Int
  }

  var model: String
  var family: String
  var parameters: Int
  var loading: ModelLoading
  var prunable: Prunable
  var sparsity: Sparsity
  var storage: StorageReport
  /// nil where no matrix is in a block, or without OpenBLAS.
  var products: Products?
  var matrices: [Matrix]
  /// What `prune` has written; nil where nothing is.
  var written: WrittenModel?

  init(
    _ model: OpenModel, plan: PruningPlan, statistics: [MatrixStatistics],
    products: ProductSpeed? = nil
  ) {
    self.model = model.checkpoint.path
    family = model.matrices.family
    parameters = model.summary.parameters
    loading = ModelLoading(model.checkpoint)
    prunable = Prunable(
      matrices: model.summary.matrices.count, weights: model.summary.prunable,
      rule: model.summary.rule)
    let thresholds = Set(plan.thresholds.compactMap { $0 })
    sparsity = Sparsity(
      target: plan.request.sparsity, achieved: plan.achieved, pruned: plan.total,
      threshold: thresholds.count == 1 ? thresholds.first : nil,
      ofModel: Double(plan.total) / Double(max(1, parameters)),
      method: plan.request.methodTitle)
    storage = StorageReport(
      StorageSizes(plan, of: model.summary.matrices, modelBytes: model.summary.bytes),
      of: model.summary.matrices.count)
    self.products = products.flatMap { products in
      products.againstDense.map {
        Products(
          sparseMatrices: products.sparseMatrices, matrices: products.matrices, againstDense: $0,
          tokens: ProductSpeed.tokens)
      }
    }
    matrices = zip(model.summary.matrices, statistics).enumerated().map { index, pair in
      let (matrix, figures) = pair
      return Matrix(
        name: matrix.name, kind: matrix.kind, block: matrix.block, shape: matrix.shape,
        dtype: matrix.dtype, weights: matrix.weights, zeros: figures.zeros, mean: figures.mean,
        std: figures.deviation, max: figures.maximum, threshold: plan.thresholds[index],
        pruned: plan.pruned[index],
        sparsity: Double(plan.pruned[index]) / Double(max(1, matrix.weights)),
        kernel: products?.isSparse[index].map { $0 ? "sparse" : "dense" })
    }
  }

  /// The report for a person.
  var text: String {
    var lines = [
      "\(model): \(family), \(grouped(parameters)) parameters",
      "\(prunable.matrices) prunable \(prunable.matrices == 1 ? "matrix" : "matrices"), \(grouped(prunable.weights)) weights "
        + "(\(prunable.rule))",
    ]
    lines += loading.lines
    lines.append(
      "\(Percent.text(sparsity.target)) % asked, \(Percent.text(sparsity.achieved, decimals: 3)) % "
        + "reached by \(sparsity.method): \(grouped(sparsity.pruned)) weights removed, "
        + "\(Percent.text(sparsity.ofModel)) % of the model"
        + (sparsity.threshold.map { ", |w| ≤ \($0)" } ?? ""))
    lines += storage.lines
    if let products { lines.append(products.line) }
    let width = min(100, matrices.map(\.name.count).max() ?? 0)
    lines.append("")
    lines.append(
      "matrix".padded(width)
        + "        shape  dtype     std     max    zeros   pruned        %"
        + (products == nil ? "" : "  kernel"))
    for matrix in matrices {
      let shape = matrix.shape.map(String.init).joined(separator: "×")
      lines.append(
        matrix.name.replacing("\n", with: "?").padded(width) + " " + shape.aligned(12) + "  "
          + matrix.dtype.padded(5)
          + String(format: " %7.4f %7.4f ", matrix.std, matrix.max)
          + String(matrix.zeros).aligned(8) + String(matrix.pruned).aligned(9)
          + Percent.text(matrix.sparsity, decimals: 2).aligned(9)
          + (products == nil ? "" : "  " + (matrix.kernel ?? "–")))
    }
    return lines.joined(separator: "\n")
  }
}

extension InspectionReport.Products {
  /// One line for a person.
  fileprivate var line: String {
    guard sparseMatrices > 0 else {
      return "linear layers here: dense kernels are the fastest at this level"
    }
    return "linear layers here: \(ByteText.ratio(againstDense)) × as fast as dense, "
      + "\(sparseMatrices) of \(matrices) matrices sparse (\(tokens) tokens, one thread)"
  }
}

extension String {
  /// Filled up with blanks on the right.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// Filled up with blanks on the left.
  func aligned(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}

/// A count with a blank between groups of three digits.
func grouped(_ count: Int) -> String { Ticks.grouped(count) }
