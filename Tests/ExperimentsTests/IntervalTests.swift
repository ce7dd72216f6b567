import Experiments
import Testing

/// The expected figures are scipy 1.17's: `binomtest(k, n).proportion_ci(0.95, "wilson")`,
/// `stats.t.interval(0.95, n - 1, mean, sem)`, and for Tango's interval the definition itself:
/// the trinomial likelihood maximised numerically under a fixed difference, the score statistic
/// inverted with `brentq`.
struct IntervalTests {
  @Test(arguments: [
    (0, 10, 0.0, 0.27753279986288926),
    (10, 10, 0.7224672001371109, 1.0),
    (432, 450, 0.9376621767828802, 0.9745506498631867),
    (7, 20, 0.1811918241010821, 0.5671457233147637),
  ])
  func wilsonAgreesWithScipy(successes: Int, trials: Int, low: Double, high: Double) {
    let interval = Interval.wilson(successes: Double(successes), trials: trials)
    #expect(isNear(interval.low, low))
    #expect(isNear(interval.high, high))
  }

  /// With s/√n = 1 the interval's upper end is the quantile itself.
  @Test(arguments: [
    (1, 12.706204736174694, 1e-9), (2, 4.302652729749462, 1e-9), (3, 3.1824463052837078, 4e-3),
    (5, 2.5705818356363146, 4e-4), (15, 2.131449545559776, 3e-6), (449, 1.9652614680903735, 1e-9),
  ])
  func studentsQuantilesAgreeWithScipy(degrees: Int, quantile: Double, tolerance: Double) throws {
    let count = degrees + 1
    let interval = try #require(
      Interval.student(sum: 0, squares: Double(count * degrees), count: count))
    #expect(isNear(interval.high, quantile, within: tolerance))
    #expect(isNear(interval.low, -quantile, within: tolerance))
  }

  @Test func zeroOneScoresGetWilsonsInterval() {
    let scores = [Float](repeating: 1, count: 432) + [Float](repeating: 0, count: 18)
    #expect(Interval.mean(of: scores) == .wilson(successes: 432, trials: 450))
  }

  @Test func otherScoresGetStudentsIntervalWithinTheirRange() throws {
    let interval = try #require(Interval.mean(of: [0.25, 0.5, 1, 0, 0.75]))
    #expect(isNear(interval.low, 0.009189209630610706, within: 2e-3))
    #expect(isNear(interval.high, 0.9908107903693892, within: 2e-3))
    let clamped = try #require(Interval.mean(of: [0.1, 0.9]))
    #expect(clamped.low == 0 && clamped.high == 1)
    let losses = try #require(Interval.mean(of: [-1, -9]))
    #expect(losses.low < -50 && losses.high > 40)
  }

  @Test func tooFewScoresGiveNoInterval() {
    #expect(Interval.mean(of: []) == nil)
    #expect(Interval.mean(of: [0.5]) == nil)
    #expect(Interval.mean(of: [1]) != nil)
  }

  @Test func theIntervalNarrowsAsExamplesArrive() throws {
    let scores = SimulatedModel(seed: 1).scores(at: .dense)
    let widths = try [32, 64, 128, 256, 450].map {
      try #require(Interval.mean(of: Array(scores.prefix($0)))).width
    }
    #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 > $1 })
  }

  /// The first row is the airway study that the textbooks print: −0.517 to −0.026.
  @Test(arguments: [
    (1, 7, 21, -0.5172322772709628, -0.02600303426339952),
    (0, 1, 450, -0.012478759999926668, 0.0062609061642215766),
    (3, 9, 450, -0.03175925953736554, 0.0020649304306509676),
    (5, 5, 40, -0.16632365770165958, 0.1663236569978946),
  ])
  func tangoAgreesWithItsDefinition(
    gains: Int, losses: Int, pairs: Int, low: Double, high: Double
  ) {
    let interval = Interval.tango(gains: Double(gains), losses: Double(losses), pairs: pairs)
    #expect(isNear(interval.low, low, within: 1e-7))
    #expect(isNear(interval.high, high, within: 1e-7))
  }

  @Test(arguments: [1, 5, 50, 450, 10_000])
  func agreementOnEveryExampleIsNoCertainty(pairs: Int) {
    let interval = Interval.tango(gains: 0, losses: 0, pairs: pairs)
    let reach = 3.8414588206941254 / (Double(pairs) + 3.8414588206941254)
    #expect(isNear(interval.high, reach))
    #expect(isNear(interval.low, -reach))
  }

  /// With every pair lost the likeliest nuisance probability is (1 − Δ)/2, and the score equation
  /// n(1 + Δ)/(1 − Δ) = z² has the root (z² − n)/(z² + n).
  @Test func theExtremesStayWithinReach() {
    let root = (3.8414588206941254 - 20) / (3.8414588206941254 + 20)
    let lost = Interval.tango(gains: 0, losses: 20, pairs: 20)
    #expect(lost.low == -1)
    #expect(isNear(lost.high, root))
    let won = Interval.tango(gains: 20, losses: 0, pairs: 20)
    #expect(won.high == 1)
    #expect(isNear(won.low, -root))
  }

  /// Of 400 pairs of samples with a known difference, a 95 % interval misses about 20; more than 34
  /// has a probability of 1e-3.
  @Test func theIntervalsCoverTheTruth() {
    var misses = 0
    for seed in 0..<400 {
      let model = SimulatedModel(seed: UInt64(seed), examples: 200, centre: 0.5, scale: 0.1)
      let level = SparsityLevel(percent: 30)
      let share = 1 / (1 + 7.38905609893065)  // the logistic function two scales below the centre
      let truth = -share * (model.accuracy - model.chance)
      let curve = model.curve([.dense, level])
      if let difference = curve.difference(at: level), !difference.interval.contains(truth) {
        misses += 1
      }
    }
    #expect(misses <= 34)
  }
}

struct PairedDifferenceTests {
  @Test func rightAndWrongIsComparedPairByPair() throws {
    let dense: [Float] = [1, 1, 1, 1, 0, 0, 1, 1]
    let pruned: [Float] = [1, 0, 1, 0, 1, 0, 1, 1]
    let difference = try #require(PairedDifference(pruned: pruned, dense: dense))
    #expect(difference.count == 8)
    #expect(difference.mean == -0.125)
    // Two lost and one gained of eight: √(3 − 1/8) / 8.
    #expect(isNear(difference.standardError, 0.21194781197266463))
    #expect(difference.interval == .tango(gains: 1, losses: 2, pairs: 8))
  }

  @Test func onlyTheSharedPrefixCounts() throws {
    let dense: [Float] = [1, 1, 0]
    let pruned: [Float] = [1, 0, 0, 1, 1, 1]
    let difference = try #require(PairedDifference(pruned: pruned, dense: dense))
    #expect(difference.count == 3)
    #expect(isNear(difference.mean, -1.0 / 3))
    #expect(PairedDifference(pruned: [], dense: dense) == nil)
  }

  /// scipy: `t.interval(0.95, 6, loc, sem)` of the differences with 1 and −1 appended.
  @Test func sharesGetTwoImaginedExamples() throws {
    let difference = try #require(
      PairedDifference(pruned: [0.25, 0.5, 1, 0, 0.75], dense: [0.5, 0.5, 1, 0.5, 0.5]))
    #expect(isNear(difference.mean, -0.1))
    #expect(isNear(difference.standardError, 0.1140175425099138))
    #expect(isNear(difference.interval.low, -0.6489063983112858, within: 1e-4))
    #expect(isNear(difference.interval.high, 0.506049255454143, within: 1e-4))
  }

  @Test func sharesThatAgreeAreNoCertaintyEither() throws {
    let scores: [Float] = [0.5, 1, 0.25, 0.75]
    let few = try #require(PairedDifference(pruned: scores, dense: scores))
    #expect(few.interval.low < -0.2 && few.interval.high > 0.2)
  }

  /// scipy: `t.interval(0.95, 3, loc, sem)` of the differences.
  @Test func logLikelihoodsGetStudentsInterval() throws {
    let dense: [Float] = [-2, -1.5, -2, -0.25]
    let pruned: [Float] = [-2.5, -1.25, -3, -0.5]
    let difference = try #require(PairedDifference(pruned: pruned, dense: dense))
    #expect(difference.mean == -0.375)
    #expect(isNear(difference.interval.low, -1.2030987836044638, within: 1e-3))
    #expect(isNear(difference.interval.high, 0.45309878360446376, within: 1e-3))
    #expect(PairedDifference(pruned: [-1], dense: [-2]) == nil)
  }
}
