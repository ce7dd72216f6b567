import Testing

@testable import Tasks

/// The expected values were computed with scikit-learn (`accuracy_score`, `f1_score`,
/// `matthews_corrcoef`) and SciPy (`pearsonr`, `spearmanr`) from the same numbers.
struct GLUEMetricTests {
  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) < 1e-12
  }

  @Test func `binary metrics equal scikit-learn's`() {
    var state = 7
    func next() -> Int {
      state = (state * 1_103_515_245 + 12345) % (1 << 31)
      return state >> 16
    }
    let targets = (0..<60).map { _ in Double(next() % 2) }
    let predictions = targets.map { next() % 4 > 0 ? $0 : 1 - $0 }
    func value(_ metric: GLUEMetric) -> Double { metric.value(of: predictions, against: targets) }
    #expect(isClose(value(.accuracy), 0.6666666666666666))
    #expect(isClose(value(.f1), 0.6296296296296297))
    #expect(isClose(value(.matthews), 0.3326121760930659))
  }

  @Test func `correlations equal SciPy's, with ties`() {
    let targets = [
      3.6, 0.4, 0.4, 4.2, 2.2, 1.4, 2.0, 0.4, 1.4, 3.4, 3.2, 0.2, 4.0, 1.0, 4.2, 4.2, 3.2, 3.0, 2.6,
      4.4, 3.0, 2.0, 2.2, 3.6, 3.8, 0.0, 2.6, 1.4, 0.6, 2.6, 4.8, 3.8, 0.4, 0.8, 2.0, 4.6, 5.0, 4.4,
      3.0, 0.4,
    ]
    let predictions = [
      4.4, 1.4, 1.6, 3.9, 2.6, 2.9, 2.4, 1.9, 1.4, 4.0, 4.1, 1.9, 3.2, 1.6, 3.0, 3.8, 3.3, 2.7, 1.8,
      4.8, 3.9, 1.9, 3.0, 4.0, 4.5, 0.8, 2.4, 1.9, 1.2, 2.6, 3.4, 3.7, 1.9, 0.8, 1.9, 3.2, 4.0, 3.4,
      3.9, 0.9,
    ]
    let pearson = GLUEMetric.pearson.value(of: predictions, against: targets)
    let spearman = GLUEMetric.spearman.value(of: predictions, against: targets)
    #expect(isClose(pearson, 0.8493247399595073))
    #expect(isClose(spearman, 0.8277893282154748))
  }

  @Test(arguments: GLUEMetric.allCases.filter { $0 != .accuracy && $0 != .f1 })
  func `a model that always says the same correlates with nothing`(metric: GLUEMetric) {
    let targets = (0..<30).map { Double($0 % 2) }
    #expect(metric.value(of: Array(repeating: 0.1, count: 30), against: targets) == 0)
  }

  @Test func `nothing positive has an F1 of 0`() {
    #expect(GLUEMetric.f1.value(of: [0, 0], against: [0, 0]) == 0)
  }
}

struct GLUEScoreTests {
  private func dataset(_ task: GLUETask, _ targets: [Double]) -> GLUEDataset {
    GLUEDataset(
      task: task, file: "dev.tsv",
      examples: targets.map { SentenceExample(first: "", target: $0) })
  }

  @Test func `a class is right or wrong and guessing names the most frequent one`() throws {
    let data = dataset(.mnli, [2, 0, 2])
    #expect((0..<3).map { data.score(2, of: $0) } == [1, 0, 1])
    #expect(abs(try #require(data.chance) - 2 / 3) < 1e-12)
    #expect(data.metrics([2, 0, 1]) == ["accuracy": 2.0 / 3])
  }

  @Test func `a similarity loses by its distance`() {
    let data = dataset(.stsb, [0, 2.5, 5])
    #expect((0..<3).map { data.score(2.5, of: $0) } == [0.5, 1, 0.5])
    #expect(data.score(7, of: 0) == 0)
    #expect(data.chance == nil)
  }

  @Test func `metrics are of the examples that have predictions`() {
    #expect(dataset(.mrpc, [1, 0, 1]).metrics([1, 0]) == ["accuracy": 1, "f1": 1])
  }
}
