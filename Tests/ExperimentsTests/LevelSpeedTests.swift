import Testing

@testable import Experiments

struct LevelSpeedTests {
  private func speed(_ examples: Int, _ seconds: Double, sparse: Int = 0) -> LevelSpeed {
    var speed = LevelSpeed(sparseMatrices: sparse, matrices: 36)
    (speed.examples, speed.seconds) = (examples, seconds)
    return speed
  }

  @Test func `is told against the dense model, or alone`() {
    let dense = speed(872, 4)
    #expect(
      speed(872, 1, sparse: 30).text(dense: dense) == "4.0 × dense here, 30 of 36 matrices sparse")
    #expect(
      speed(872, 0.3, sparse: 36).text(dense: dense) == "13 × dense here, 36 of 36 matrices sparse")
    #expect(speed(872, 4).text(dense: dense) == "1.0 × dense here, dense kernels")
    #expect(dense.text(dense: nil) == "218 examples/s here, dense kernels")
    #expect(speed(3, 4).text(dense: nil) == "0.8 examples/s here, dense kernels")
  }

  @Test func `of nothing is nothing`() {
    #expect(LevelSpeed().text(dense: speed(1, 1)) == nil)
    #expect(LevelSpeed().rate == nil)
    #expect(speed(872, 1).text(dense: LevelSpeed()) == "872 examples/s here, dense kernels")
  }

  @Test func `what is timed later is added`() {
    var sum = LevelSpeed()
    sum.add(speed(10, 1, sparse: 2))
    sum.add(speed(30, 1, sparse: 2))
    #expect(sum.rate == 20)
    #expect(sum.sparseMatrices == 2)
  }
}
