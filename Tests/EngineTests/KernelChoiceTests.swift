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
    // 1 at a density of 0.15 and 4 at 0.6: a straight line, 0.15 of density for each unit.
    let crossing = KernelProblem.crossing(dense: 3, low: 1, high: 4)
    #expect(crossing > 0.38 && crossing < 0.45)
    #expect(KernelProblem.crossing(dense: 100, low: 1, high: 4) == 1)
    #expect(KernelProblem.crossing(dense: 0.1, low: 1, high: 4) > 0)
    #expect(KernelProblem.crossing(dense: 0.01, low: 2, high: 4) == 0)
    #expect(KernelProblem.crossing(dense: 1, low: 2, high: 2) == 0)
  }

  @Test func `what was measured is kept, and is the choice from then on`() throws {
    try BLAS.load()
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/cache/kernels.json"
    let problem = KernelProblem(shape: square, tokens: 100, forTraining: true)
    let first = KernelCalibration(path: path, machine: "a").density(of: problem)
    #expect((0...1).contains(first))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"tokens\" : 128"))
    for _ in 0..<3 {
      #expect(KernelCalibration(path: path, machine: "a").density(of: problem) == first)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)

    // Another processor or program begins anew.
    _ = KernelCalibration(path: path, machine: "b").density(of: problem)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"machine\" : \"b\""))
  }

  @Test(arguments: ["", "{", "[]", "{\"machine\": \"a\"}"])
  func `a damaged file is measured again and replaced`(content: String) throws {
    try BLAS.load()
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/kernels.json"
    try content.write(toFile: path, atomically: false, encoding: .utf8)
    let problem = KernelProblem(shape: square, tokens: 32, forTraining: false)
    let density = KernelCalibration(path: path, machine: "a").density(of: problem)
    #expect(KernelCalibration(path: path, machine: "a").density(of: problem) == density)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"entries\""))
  }

  @Test func `a place that cannot be written stops nothing`() throws {
    try BLAS.load()
    let calibration = KernelCalibration(path: "/proc/nothing/kernels.json", machine: "a")
    let problem = KernelProblem(shape: square, tokens: 32, forTraining: false)
    #expect(calibration.density(of: problem) == calibration.density(of: problem))
  }

  @Test func `tokens are rounded to powers of two within bounds`() {
    let rounded = [1, 32, 47, 48, 100, 400, 5000].map {
      KernelProblem(shape: square, tokens: $0, forTraining: false).tokens
    }
    #expect(rounded == [32, 32, 32, 64, 128, 512, 512])
  }
}
