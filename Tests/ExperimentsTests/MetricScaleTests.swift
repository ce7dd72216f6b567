import Foundation
import Testing

@testable import Experiments

@Suite struct `The scale of a metric` {
  @Test func `shows shares in percent and log-likelihoods as perplexity`() {
    #expect(MetricScale.share.text(score: 0.964) == "96.4 %")
    #expect(MetricScale.perplexity.text(score: -log(8.138)) == "8.14")
    #expect(MetricScale.perplexity.text(score: -log(81.38)) == "81.4")
    #expect(MetricScale.perplexity.text(score: -log(3.2e9)) == "3.20e+09")
    #expect(MetricScale.perplexity.text(score: -1000) == "∞")
  }

  @Test func `takes a tolerance as points, or as a relative growth of perplexity`() {
    #expect(MetricScale.share.drop(tolerance: 0.01) == 0.01)
    let dense = 8.0
    let drop = MetricScale.perplexity.drop(tolerance: 0.05)
    #expect(abs(exp(log(dense) + drop) - 8.4) < 1e-9)
  }

  @Test func `tells of doubts in its own units`() {
    let chance = TurningPointDoubt.denseAtChance(mean: -log(600), chance: -log(512))
    #expect(
      MetricScale.perplexity.text(chance, tolerance: 0.01)
        == "the dense model, 600, is at chance (512)")
    let level = TurningPointDoubt.neverFalls(epsilon: log(1.01), upTo: SparsityLevel(percent: 40))
    #expect(
      MetricScale.perplexity.text(level, tolerance: 0.01)
        == "perplexity never grows by more than 1.0 % up to 40.0 %")
  }
}
