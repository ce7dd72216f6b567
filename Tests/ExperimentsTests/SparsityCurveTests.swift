import Experiments
import Foundation
import Testing

struct SparsityLevelTests {
  @Test func oneLevelByThreeRoads() {
    let added = SparsityLevel(0.1 + 0.2)
    #expect(0.1 + 0.2 != 0.3)
    #expect(added == SparsityLevel(percent: 30))
    #expect(added == SparsityLevel(percentText: "30"))
    #expect(Set([added, SparsityLevel(0.3), SparsityLevel(millionths: 300_000)]).count == 1)
  }

  @Test func everyTenthOfAPercentSurvivesTextAndFraction() {
    for tenth in 0...1000 {
      let level = SparsityLevel(millionths: tenth * 1000)
      #expect(SparsityLevel(level.fraction) == level)
      #expect(SparsityLevel(percentText: level.description) == level)
    }
  }

  @Test func levelsAreWrittenWithTheDigitsTheyHave() {
    #expect(SparsityLevel(percent: 64).description == "64.0")
    #expect(SparsityLevel(percentText: "21.503")?.description == "21.503")
    #expect(SparsityLevel(millionths: 215_003).description == "21.5003")
    #expect(SparsityLevel.dense.description == "0.0")
    #expect(SparsityLevel.full.description == "100.0")
  }

  @Test(arguments: ["", "%", "abc", "-1", "100.1", "nan", "1,5"])
  func textThatIsNoPercentageIsRefused(text: String) {
    #expect(SparsityLevel(percentText: text) == nil)
  }

  @Test func aPercentSignIsRead() {
    #expect(SparsityLevel(percentText: "90 %") == SparsityLevel(percent: 90))
    #expect(SparsityLevel(percentText: "90%") == SparsityLevel(percent: 90))
  }

  @Test func outOfRangeIsClampedInCodeAndRefusedInFiles() throws {
    #expect(SparsityLevel(1.5) == .full)
    #expect(SparsityLevel(-0.5) == .dense)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([SparsityLevel].self, from: Data("[1.5]".utf8))
    }
  }
}

struct PercentTests {
  @Test func sharesAreWrittenAsPercentages() {
    #expect(Percent.text(0.9604) == "96.0")
    #expect(Percent.text(0.9604, decimals: 2) == "96.04")
    #expect(Percent.text(0.005, decimals: 0) == "1")
    #expect(Percent.text(0.0104, decimals: 2) == "1.04")
    #expect(Percent.text(-0.0125) == "-1.3")
    #expect(Percent.text(-0.0001) == "0.0")
    #expect(Percent.text(.nan) == "–")
    #expect(Percent.text(.infinity) == "–")
  }

  @Test func digitsFollowTheInterval() {
    #expect(Percent.text(0.6834, within: Interval(low: 0.66, high: 0.70)) == "68 ±2")
    #expect(Percent.text(0.9604, within: Interval(low: 0.956, high: 0.964)) == "96.0 ±0.4")
    #expect(Percent.text(0.9604, within: Interval(low: 0.9599, high: 0.9609)) == "96.04 ±0.05")
    #expect(Percent.text(0.5, within: Interval(low: 0.4904, high: 0.5096)) == "50 ±1")
  }
}

struct SparsityCurveTests {
  @Test func pointsAreKeptByRisingLevelAndReplaced() {
    var curve = SparsityCurve()
    for percent in [70, 0, 100, 50] { curve.update(point(percent: percent, wrong: 1, of: 10)) }
    curve.update(point(percent: 50, wrong: 3, of: 10))
    #expect(curve.points.map(\.pruned) == [0, 50, 70, 100])
    #expect(curve[SparsityLevel(percent: 50)]?.mean == 0.7)
    #expect(curve[SparsityLevel(percent: 60)] == nil)
    #expect(curve.dense?.mean == 0.9)
  }

  @Test func aPointIsCompleteWithItsLastExample() {
    let model = SimulatedModel(seed: 3)
    #expect(!model.point(.dense, seen: 449).isComplete)
    #expect(model.point(.dense).isComplete)
    #expect(model.point(.dense, seen: 0).mean == nil)
    #expect(model.point(.dense, seen: 0).interval() == nil)
  }

  @Test func aPartialPointIsComparedOverWhatBothHaveSeen() throws {
    let model = SimulatedModel(seed: 4)
    let level = SparsityLevel(percent: 90)
    var curve = model.curve([.dense])
    #expect(curve.difference(at: level) == nil)
    curve.update(model.point(level, seen: 100))
    let difference = try #require(curve.difference(at: level))
    #expect(difference.count == 100)
    let expected = (0..<100).reduce(0.0) {
      $0 + Double(model.scores(at: level)[$1] - model.scores(at: .dense)[$1])
    }
    #expect(isNear(difference.mean, expected / 100))
  }

  @Test func aCurveSurvivesJSON() throws {
    var curve = SimulatedModel(seed: 5).curve(percents(10))
    var last = try #require(curve.points.last)
    last.metrics = ["accuracy": 0.1]
    curve.update(last)
    let decoded = try JSONDecoder().decode(
      SparsityCurve.self, from: JSONEncoder().encode(curve))
    #expect(decoded == curve)
    let findings = TurningPoints(of: curve)
    let again = try JSONDecoder().decode(
      TurningPoints.self, from: JSONEncoder().encode(findings))
    #expect(again.tolerance.value?.held == findings.tolerance.value?.held)
  }
}
