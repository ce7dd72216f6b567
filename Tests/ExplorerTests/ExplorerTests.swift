import Canvas
import Experiments
import Testing

@testable import Explorer

@Test func demo() {
  var state = ExplorerState.sample()
  let identity = CurveIdentity(state.request)
  var curve = SparsityCurve(chance: 0.1)
  for (p, r) in [
    (0, 435), (10, 435), (20, 435), (30, 434), (40, 434), (50, 434), (60, 433), (70, 431),
    (75, 428), (78, 425), (80, 420), (90, 150), (100, 45),
  ] {
    curve.update(point(p, right: r))
    _ = update(&state, .point(identity, point(p, right: r)))
  }
  _ = update(&state, .point(identity, point(85, right: 200, of: 250)))
  _ = update(&state, .turningPoints(identity, TurningPoints(of: curve)))
  for size in [
    Size(width: 100, height: 28), Size(width: 40, height: 12), Size(width: 160, height: 45),
    Size(width: 80, height: 24),
  ] {
    _ = update(&state, .resized(size))
    print(frame(of: state).text)
    print("----")
  }
  print(frame(of: state.pressing(.character("?"))).text)
  print(frame(of: state.pressing(.character("m"))).text)
  print(frame(of: state.pressing(.character(":"), .character("e"), .character("v"))).text)
}
