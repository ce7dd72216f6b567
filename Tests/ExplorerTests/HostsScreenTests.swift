import Canvas
import Experiments
import Testing

@testable import Explorer

@Suite struct `Runs of other machines on the screen` {
  private static func row(_ name: String, on host: String, asOf: String? = nil) -> RunRow {
    var row = RunRow(id: "\(host):\(name)", name: name, state: .running, done: 1, total: 4)
    row.place = RunRow.Place(
      host: host, command: "ssh \(host) sparsescope", run: name, asOf: asOf)
    return row
  }

  private func state(
    _ hosts: [RunHost], _ rows: [RunRow], size: Size = Size(width: 100, height: 28)
  ) -> RunsState {
    var state = RunsState(size: size, look: Appearance())
    _ = state.receive(.hosts(hosts))
    _ = state.receive(.runs(rows, problems: []))
    return state
  }

  private func lines(_ state: RunsState) -> [String] {
    frame(of: state).text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func `are told apart by their host, where there is more than one`() {
    let one = RunHost(name: "gpu1", connection: .connected)
    let two = RunHost(name: "gpu2", connection: .connecting)
    let rows = [Self.row("alpha", on: "gpu1"), Self.row("beta", on: "gpu2")]
    let both = lines(state([one, two], rows))
    #expect(both[1].contains("gpu1 ✓") && both[1].contains("connecting to gpu2…"))
    #expect(both.contains { $0.contains("gpu1 alpha") })
    #expect(both.contains { $0.contains("gpu2 beta") })
    let single = lines(state([one], [rows[0]]))
    #expect(!single.contains { $0.contains("gpu1 alpha") })
  }

  @Test func `stay when the machine is lost, visibly old, with the next try`() {
    let lost = RunHost(
      name: "gpu1", connection: .lost(reason: "connection lost", seconds: 5))
    let shown = lines(state([lost], [Self.row("alpha", on: "gpu1", asOf: "12:03")]))
    #expect(shown[1].contains("gpu1: connection lost, next try in 5 s"))
    #expect(shown.contains { $0.contains("running, as of 12:03") })
  }

  @Test func `a long reason leaves the other machines room, at any width`() {
    let lost = RunHost(
      name: "gpu1", connection: .lost(reason: String(repeating: "reason ", count: 30), seconds: 5))
    let other = RunHost(name: "gpu2", connection: .connected)
    for width in stride(from: 60, through: 200, by: 7) {
      let line = lines(state([lost, other], [], size: Size(width: width, height: 28)))[1]
      #expect(line.contains("next try in 5 s") && line.contains("gpu2 ✓"), "\(width)")
    }
  }

  @Test func `a sentence that the header has no room for stands whole in the record`() {
    let reason = "ssh says: " + String(repeating: "word ", count: 30) + "end"
    let name = "node-0117.cluster.department.example.org"
    let lost = RunHost(name: name, connection: .lost(reason: reason, seconds: 5))
    let other = RunHost(name: "gpu2", connection: .connected)
    for width in [40, 60, 80, 120] {
      let size = Size(width: width, height: 24)
      var empty = state([lost, other], [], size: size)
      let heard = lines(empty)
      #expect(heard[1].contains("…") && heard[1].contains("next try in 5 s"), "\(width)")
      #expect(width < 60 || heard[1].contains("gpu2 ✓"), "\(width)")
      _ = empty.press(.character("7"), .character("z"))
      let record = lines(empty).joined(separator: " ").split(whereSeparator: { " │".contains($0) })
      #expect(record.count { $0 == "word" } > 29, "\(width)")
      #expect(record.contains("s."), "\(width)")
    }
    let list = lines(state([lost], [])).joined()
    #expect(list.contains("Nothing has been heard of runs yet."))
  }

  @Test(arguments: [
    (Key.character("p"), "runs pause alpha"), (.character("c"), "runs cancel alpha"),
    (.character("+"), "runs set alpha --workers 2"), (.character("["), "runs set alpha --nice 5"),
    (.character("x"), "runs export alpha"),
  ])
  func `are not steered from here, and the command that does it is named`(
    key: Key, command: String
  ) {
    var state = state(
      [RunHost(name: "gpu1", connection: .connected)], [Self.row("alpha", on: "gpu1")])
    #expect(state.press(key).isEmpty)
    #expect(state.notice?.text.contains("ssh gpu1 sparsescope \(command)") == true)
    #expect(state.overlay == nil)
  }

  @Test func `are asked for at once by a key`() {
    let lost = RunHost(name: "gpu1", connection: .failed(reason: "no program"))
    var state = state([lost], [])
    #expect(state.press(.character("R")) == [.reconnect])
    _ = state.receive(.hosts([RunHost(name: "gpu1", connection: .connected)]))
    #expect(state.press(.character("R")).isEmpty)
  }
}
