import Canvas
import Experiments
import Testing

@testable import Explorer

/// A state in which the probes of some parts are done: block 1's query loses most, its block too.
private func probed(_ size: Size = Size(width: 100, height: 28)) -> ExplorerState {
  var state = ExplorerState.sample(size: size)
  func tell(_ subject: SensitivitySubject, _ percent: Int, lost: Int) {
    let dense = [Float](repeating: 1, count: 450)
    let pruned = (0..<450).map { Float($0 < lost ? 0 : 1) }
    guard let difference = PairedDifference(pruned: pruned, dense: dense) else { return }
    let probe = SensitivityProbe(subject: subject, level: SparsityLevel(percent: percent))
    _ = update(&state, .sensitivity(state.request.method, probe, difference))
  }
  for percent in [50, 80, 95] {
    tell(.matrix(6), percent, lost: percent * 2)
    tell(.matrix(0), percent, lost: percent / 10)
    tell(.matrix(1), percent, lost: 0)
  }
  tell(.block(1), 95, lost: 300)
  return state
}

@Suite struct `The sensitivity` {
  @Test func `has a strip beside each matrix, against the largest drop of all`() {
    let row = frame(of: probed()).lines.first { $0.contains("1 attn q") } ?? ""
    let plain = frame(of: .sample()).lines.first { $0.contains("1 attn q") } ?? ""
    // The strip takes its room from the bar; without probes there is none.
    #expect(row.contains(" ⣤⣾ ") && !plain.contains(" ⣤⣾ "), "\(row)")
    let strip = probed().sensitivityStrip(of: 6, Appearance())
    #expect(strip.drops.last == strip.maximum)
    #expect(probed().sensitivityStrip(of: 1, Appearance()).drops.allSatisfy { $0 == 0 })
  }

  @Test func `is ranked by what is known of all`() {
    let state = probed()
    let ranked = state.sensitivity.ranking(of: state.sensitivityPlan)
    #expect(Array(ranked.prefix(4)) == [.block(1), .matrix(6), .matrix(0), .matrix(1)])
  }

  @Test func `opens as a table from which Enter selects`() {
    var state = probed().pressing(.character("v"))
    let text = frame(of: state).lines.joined(separator: "\n")
    for part in ["block 1", "1 attn q", "66.7", "42.2", "95 %"] { #expect(text.contains(part)) }
    state = state.pressing(.arrow(.down), .enter)
    #expect(state.selection == .matrix(6))
    #expect(
      frame(of: probed(Size(width: 40, height: 12)).pressing(.character("v"))).size.width == 40)
  }

  @Test func `says what is kept in memory for it`() {
    var state = probed().pressing(.character("v"))
    let use = ActivationUse(
      bytes: 201_000_000, budget: 512_000_000, blocks: 100, reusedBlocks: 43)
    _ = update(&state, .activations(use))
    let note = "activations 201 of 512 MB, 43 % of blocks from memory"
    #expect(frame(of: state).lines.contains { $0.contains(note) })
    _ = update(&state, .activations(ActivationUse(bytes: 0, budget: 0, blocks: 9, reusedBlocks: 0)))
    #expect(!frame(of: state).lines.contains { $0.contains("from memory") })
  }

  @Test func `belongs to a task and a method`() {
    var state = probed()
    #expect(!state.sensitivity.isEmpty)
    _ = update(&state, .key(.character("s")))
    #expect(state.sensitivity.isEmpty)
    let probe = SensitivityProbe(subject: .matrix(0), level: SparsityLevel(percent: 50))
    let difference = PairedDifference(pruned: [0], dense: [1])!
    _ = update(&state, .sensitivity(state.request.method, probe, difference, task: 7))
    #expect(state.sensitivity.isEmpty, "from another task's engine")
  }

  @Test func `says what it needs where nothing is measured`() {
    let state = ExplorerState.sample(evaluates: false).pressing(.character("v"))
    #expect(state.overlay == nil ? state.notice?.isWarning == true : false)
  }
}

@Suite struct `The plan of probes` {
  private let matrices = FakePreview().matrices

  @Test func `has every block, kind and matrix at each level, the highest first`() {
    let plan = SensitivityPlan(matrices, method: .magnitude(.global))
    #expect(plan.subjects.count == 4 + 6 + 24)
    #expect(plan.probes.count == 34 * 3)
    #expect(plan.probes.prefix(34).allSatisfy { $0.level == SparsityLevel(percent: 95) })
    #expect(plan.probes[0].subject == .block(0))
  }

  @Test func `prunes nothing beside its subject`() {
    let plan = SensitivityPlan(matrices, method: .magnitude(.global))
    let identity = plan.identity(of: .kind("mlp in"), method: .magnitude(.global))
    #expect(identity.excluded.count == 20)
    #expect(identity.excluded.isDisjoint(with: plan.members(of: .kind("mlp in"))))
  }

  @Test func `measures the same matrices once`() {
    let one = SensitivityPlan(FakePreview(blocks: 1).matrices, method: .magnitude(.global))
    // A kind is one matrix here; only the block stands for more.
    #expect(one.subjects.count == 6 + 1)
  }

  @Test func `takes only levels that the method can take`() {
    let plan = SensitivityPlan(matrices, method: .nm(groupSize: 4))
    #expect(plan.levels == [50, 75, 100].map { SparsityLevel(percent: $0) })
  }
}
