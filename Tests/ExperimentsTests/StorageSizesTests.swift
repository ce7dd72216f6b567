import Testing

@testable import Experiments

@Suite struct `Sizes in storage` {
  private func sizes(
    _ pruned: [Int], dtype: String = "F32", method: PruningMethod = .magnitude(.global)
  ) -> StorageSizes {
    let matrices = [[100, 200], [200, 100]].map { shape in
      MatrixDescription(name: "a.weight", kind: "a", block: 0, shape: shape, dtype: dtype)
    }
    let plan = PruningPlan(
      request: PruningRequest(method: method, sparsity: 0.5), pruned: pruned,
      thresholds: [nil, nil], ties: [0, 0], included: 40_000)
    return StorageSizes(plan, of: matrices, modelBytes: 200_000)
  }

  @Test func `are counted to the byte`() {
    let sizes = sizes([18_000, 18_000])
    #expect(sizes.dense == 160_000)
    #expect(sizes.denseModel == 200_000)
    #expect(sizes.bitmask.written == 2 * (2_000 * 4 + 16) + 100 * (25 + 8) + 200 * (13 + 8))
    #expect(sizes.csr.written == 2 * (2_000 * 6 + 16) + 101 * 4 + 201 * 4)
    #expect(sizes.model(sizes.csr) == sizes.csr.written + 40_000)
    #expect(sizes.twoFour == nil)
  }

  @Test func `say which matrices stay dense`() {
    let sizes = sizes([0, 18_000])
    #expect(sizes.bitmask.matrices == 1)
    #expect(sizes.csr.matrices == 1)
    #expect(sizes.csr.written == 80_000 + 2_000 * 6 + 16 + 201 * 4)
    #expect(sizes.csr.everywhere == sizes.csr.written + 20_000 * 2 + 16 + 101 * 4)
    #expect(self.sizes([4_000, 4_000]).ratio(self.sizes([4_000, 4_000]).csr) > 1.2)
  }

  @Test func `know types of two bytes, and the pattern 2 of 4`() {
    let half = sizes([10_000, 10_000], dtype: "BF16", method: .nm(groupSize: 4))
    #expect(half.dense == 80_000)
    #expect(half.twoFour?.written == 2 * (20_000 + 2_500))
    #expect(half.csr.matrices == 0)
    #expect(sizes([5_000, 5_000], method: .nm(groupSize: 4)).twoFour == nil)
  }

  @Test func `have no bitmask of a matrix without a module's name`() {
    #expect(StorageFormat.bitmask.holds("a.weight", columns: 3))
    #expect(!StorageFormat.bitmask.holds("in_proj_weight", columns: 3))
    #expect(!StorageFormat.bitmask.holds(".weight", columns: 3))
    #expect(StorageFormat.csr.holds("in_proj_weight", columns: 3))
  }
}
