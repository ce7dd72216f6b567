import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `The measured speed` {
  private func speed(_ examples: Int, _ seconds: Double, sparse: Int = 0) -> LevelSpeed {
    var speed = LevelSpeed(sparseMatrices: sparse, matrices: 24)
    (speed.examples, speed.seconds) = (examples, seconds)
    return speed
  }

  private func state(_ level: Int, dense: Bool = true) -> ExplorerState {
    var state = ExplorerState.sample(
      size: Size(width: 110, height: 40), sparsity: Double(level) / 100)
    let identity = CurveIdentity(state.request)
    for (percent, right) in [(0, 440), (64, 430), (90, 150)] {
      _ = update(&state, .point(identity, point(percent, right: right)))
    }
    if dense { _ = update(&state, .speed(identity, .dense, speed(450, 3))) }
    _ = update(
      &state, .speed(identity, SparsityLevel(percent: 90), speed(450, 1, sparse: 20)))
    return state
  }

  @Test func `is that of the slider's level, against the dense model`() {
    #expect(state(90).measuredSpeed == "3.0 × dense here, 20 of 24 matrices sparse")
    #expect(state(0).measuredSpeed == "150 examples/s here, dense kernels")
    #expect(
      state(90, dense: false).measuredSpeed == "450 examples/s here, 20 of 24 matrices sparse")
  }

  @Test func `is not told of a level that was not timed here`() {
    #expect(state(64).measuredSpeed == nil)
    #expect(!frame(of: state(64)).text.contains("dense here"))
  }

  @Test func `stands in the line of findings`() {
    #expect(frame(of: state(90)).text.contains("speed 3.0 × dense here, 20 of 24 matrices sparse"))
  }

  @Test func `is not told from a moment, and the panel says why`() {
    var state = state(90)
    let identity = CurveIdentity(state.request)
    let level = SparsityLevel(percent: 90)
    _ = update(&state, .speed(identity, level, speed(450, 0.018)))
    #expect(state.measuredSpeed == nil)
    #expect(frame(of: state).text.contains("speed 18 ms, too short to tell"))
    _ = update(&state, .speed(identity, level, LevelSpeed()))
    #expect(!frame(of: state).text.contains("too short"))
  }

  @Test func `of an engine whose task was left is not heard`() {
    var state = state(90)
    _ = update(
      &state,
      .speed(CurveIdentity(state.request), SparsityLevel(percent: 90), speed(9, 1), task: 7))
    #expect(state.measuredSpeed == "3.0 × dense here, 20 of 24 matrices sparse")
  }
}
