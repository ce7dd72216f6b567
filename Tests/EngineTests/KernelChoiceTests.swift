import Experiments
import Foundation
import Tensors
import Testing
import Transformers

@testable import Engine

struct KernelChoiceTests {
  private let square = KernelShape(outputs: 64, inputs: 64)

  @Test func `packs nothing that has lost nothing`() {
    let crossings = KernelChoice.sparse.crossings(of: [square], tokens: 512, forTraining: false)
    #expect(!crossings.isSparse(square, kept: 4096))
    #expect(crossings.isSparse(square, kept: 4095))
    #expect(!crossings.isSparse(KernelShape(outputs: 64, inputs: 128), kept: 10))
    let dense = KernelChoice.dense.crossings(of: [square], tokens: 512, forTraining: false)
    #expect(!dense.isSparse(square, kept: 0))
  }

  @Test func `the crossing lies where the packed form would take as long, with a margin`() {
    // 1 at a density of 0.05 and 4 at 0.6: a straight line, 0.183 of density for each unit.
    let crossing = KernelTimes(dense: 3, low: 1, high: 4).crossing
    #expect(crossing > 0.37 && crossing < 0.38)
    #expect(KernelTimes(dense: 100, low: 1, high: 4).crossing == 1)
    #expect(KernelTimes(dense: 0.9, low: 1, high: 4).crossing > 0)
    #expect(KernelTimes(dense: 0.01, low: 2, high: 4).crossing == 0)
    #expect(KernelTimes(dense: 1, low: 2, high: 2).crossing == 0)
  }

  @Test func `the time of packed weights lies on the line through both densities`() {
    let times = KernelTimes(dense: 3, low: 1, high: 4)
    for (density, seconds) in [(0.05, 1.0), (0.6, 4.0), (0.325, 2.5)] {
      #expect(abs(times.packed(density: density) - seconds) < 1e-9)
    }
  }

  @Test func `patterns get a form of their own where that is faster than the form for any`() {
    // Half of the weights take 3.45 on the line.
    var times = KernelTimes(dense: 9, low: 1, high: 4)
    #expect(!times.prefersGroups)
    times.groups = 3.4
    #expect(times.prefersGroups)
    times.groups = 3.5
    #expect(!times.prefersGroups)
  }

  @Test func `a plan's products are as fast as their shapes were measured to be`() throws {
    try BLAS.load()
    let matrices = [64, 128].map {
      MatrixDescription(name: "w\($0)", kind: "mlp in", block: 0, shape: [$0, 256], dtype: "F32")
    }
    let outside = MatrixDescription(
      name: "p", kind: "pooler", block: nil, shape: [64, 64], dtype: "F32")
    let calibration = KernelCalibration(path: nil, machine: "a")
    func speed(_ share: Double) -> ProductSpeed {
      let all = matrices + [outside]
      let pruned = all.map { Int(share * Double($0.weights)) }
      let plan = PruningPlan(
        request: PruningRequest(method: .magnitude(.global), sparsity: share), pruned: pruned,
        thresholds: all.map { _ in nil }, ties: all.map { _ in 0 }, included: 0)
      return ProductSpeed(plan, of: all, calibration: calibration)
    }
    let whole = speed(0)
    #expect(whole.isSparse == [false, false, nil])
    #expect(whole.againstDense == 1 && whole.sparseMatrices == 0 && whole.matrices == 2)

    let pruned = speed(0.95)
    #expect(pruned.dense == whole.dense)
    let times = matrices.map { matrix in
      calibration.times(
        of: KernelProblem(
          shape: KernelShape(outputs: matrix.shape[0], inputs: 256), tokens: 512,
          forTraining: false))
    }
    #expect(abs(pruned.dense - times.reduce(0) { $0 + $1.dense }) < 1e-12)
    let expected = zip(pruned.isSparse, times).reduce(0) { sum, pair in
      sum + (pair.0 == true ? pair.1.packed(density: 0.05) : pair.1.dense)
    }
    // A count of weights is rounded, so the density is not exactly that.
    #expect(abs(pruned.chosen - expected) < 0.02 * expected)
  }

  @Test func `what was measured is kept, and is the choice from then on`() throws {
    try BLAS.load()
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/cache/kernels.json"
    let problem = KernelProblem(shape: square, tokens: 100, forTraining: true)
    let first = KernelCalibration(path: path, machine: "a").times(of: problem)
    #expect(first.dense > 0 && first.low > 0 && first.high > 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"tokens\" : 128"))
    for _ in 0..<3 {
      #expect(KernelCalibration(path: path, machine: "a").times(of: problem) == first)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

    // Another processor or program begins anew.
    _ = KernelCalibration(path: path, machine: "b").times(of: problem)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"machine\" : \"b\""))
  }

  @Test(arguments: ["", "{", "[]", "{\"machine\": \"a\"}"])
  func `a damaged file is measured again and replaced`(content: String) throws {
    try BLAS.load()
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/kernels.json"
    try content.write(toFile: path, atomically: false, encoding: .utf8)
    let problem = KernelProblem(shape: square, tokens: 32, forTraining: false)
    let times = KernelCalibration(path: path, machine: "a").times(of: problem)
    #expect(KernelCalibration(path: path, machine: "a").times(of: problem) == times)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"entries\""))
  }

  @Test func `a place that cannot be written stops nothing`() throws {
    try BLAS.load()
    let calibration = KernelCalibration(path: "/proc/nothing/kernels.json", machine: "a")
    let problem = KernelProblem(shape: square, tokens: 32, forTraining: false)
    #expect(calibration.times(of: problem) == calibration.times(of: problem))
  }

  @Test func `tokens are rounded to powers of two within bounds`() {
    let rounded = [1, 32, 47, 48, 100, 400, 5000].map {
      KernelProblem(shape: square, tokens: $0, forTraining: false).tokens
    }
    #expect(rounded == [32, 32, 32, 64, 128, 512, 512])
  }
}
