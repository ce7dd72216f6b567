import Experiments
import Testing

@testable import Pruning

struct MaskTests {
  @Test func `a mask counts what it keeps in any range`() {
    for count in [1, 63, 64, 65, 200] {
      let mask = Mask(count: count) { words in
        for i in stride(from: 0, to: count, by: 3) { words[i / 64] |= 1 << UInt64(i % 64) }
      }
      for start in 0...count {
        for end in start...count {
          #expect(mask.kept(in: start..<end) == (start..<end).count { $0 % 3 == 0 })
        }
      }
      #expect(Mask(keepingAll: count).kept == count)
      #expect(mask[0])
    }
    #expect(Mask(keepingAll: 0).kept == 0)
  }

  /// Weights whose magnitudes rise with the place, so that half of them means the first half.
  private func rising(_ shape: [Int], gpt2: Bool = false) throws -> PruningFixture {
    try PruningFixture(
      [
        .init(
          name: gpt2 ? "h.0.mlp.c_fc.weight" : "w", shape: shape,
          values: (0..<shape[0] * shape[1]).map { Float($0 + 1) })
      ], configuration: gpt2 ? #"{"model_type": "gpt2"}"# : nil)
  }

  @Test func `density is the share of pruned weights in each cell`() throws {
    let fixture = try rising([4, 6])
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.375))
    // Nine of 24: the first row and half of the second.
    let cells = try fixture.prunable.density(plan, matrix: 0, rows: 2, columns: 2)
    #expect(cells == [[1, 0.5], [0, 0]])
    let rows = try fixture.prunable.density(plan, matrix: 0, rows: 4, columns: 1)
    #expect(rows == [[1], [0.5], [0], [0]])
  }

  @Test func `cells of unequal sizes cover every weight once`() throws {
    let fixture = try rising([7, 11])
    let plan = try fixture.index().plan(.init(method: .random(.uniform, seed: 1), sparsity: 0.6))
    for (rows, columns) in [(1, 1), (2, 3), (3, 4), (7, 11), (5, 11)] {
      let cells = try fixture.prunable.density(plan, matrix: 0, rows: rows, columns: columns)
      var pruned = 0.0
      for (row, line) in cells.enumerated() {
        for (column, share) in line.enumerated() {
          let height = (row + 1) * 7 / rows - row * 7 / rows
          let width = (column + 1) * 11 / columns - column * 11 / columns
          pruned += share * Double(height * width)
        }
      }
      #expect(Int(pruned.rounded()) == plan.total)
    }
  }

  @Test func `a grid finer than the matrix repeats its weights`() throws {
    let fixture = try rising([2, 1])
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.5))
    let cells = try fixture.prunable.density(plan, matrix: 0, rows: 4, columns: 2)
    #expect(cells == [[1, 1], [1, 1], [0, 0], [0, 0]])
  }

  @Test func `GPT-2's grid has outputs as rows`() throws {
    // Stored [in, out] = [2, 4]; the smaller half is the first input of every output.
    let fixture = try rising([2, 4], gpt2: true)
    let plan = try fixture.index().plan(.init(method: .magnitude(.global), sparsity: 0.5))
    let cells = try fixture.prunable.density(plan, matrix: 0, rows: 4, columns: 2)
    #expect(cells == [[1, 0], [1, 0], [1, 0], [1, 0]])
  }
}
