import Foundation
import Testing

@testable import Canvas

@Suite struct `An axis of even factors` {
  private func labels(_ least: Double, _ most: Double, limit: Int) -> [String] {
    CurvePlot.ValueAxis.negativeLogarithm.ticks(in: -log(most)...(-log(least)), limit: limit)
      .labels
  }

  @Test func `labels round numbers, fewer where there is less room`() {
    #expect(labels(8, 100, limit: 9) == ["10", "20", "50", "100"])
    #expect(
      labels(5, 3000, limit: 9) == ["5", "10", "20", "50", "100", "200", "500", "1000", "2000"])
    #expect(labels(5, 3000, limit: 4) == ["10", "100", "1000"])
    #expect(labels(8, 8.6, limit: 5) == ["8.0", "8.2", "8.4", "8.6"])
    #expect(labels(1, 1e12, limit: 4) == ["1", "1e4", "1e8", "1e12"])
  }

  @Test func `puts large values low`() {
    let ticks = CurvePlot.ValueAxis.negativeLogarithm.ticks(in: -log(100.0)...0, limit: 3)
    #expect(ticks.labels == ["1", "10", "100"])
    #expect(ticks.places == ticks.places.sorted(by: >))
  }

  @Test func `has no label where a number is beyond all bounds`() {
    #expect(labels(1, .infinity, limit: 4).isEmpty)
  }
}
