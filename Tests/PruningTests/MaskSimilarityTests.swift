import Pruning
import Testing

@Suite struct `Mask similarity` {
  /// A mask from digits, 1 being kept.
  private func mask(_ digits: String) -> Mask {
    let bits = digits.map { $0 == "1" }
    var words = [UInt64](repeating: 0, count: (bits.count + 63) / 64)
    for (index, bit) in bits.enumerated() where bit { words[index / 64] |= 1 << UInt64(index % 64) }
    return Mask(words: words, count: bits.count)
  }

  @Test func `equal masks have cosine and Jaccard index 1`() {
    let similarity = MaskSimilarity([mask("1100")], [mask("1100")])
    #expect(similarity.overall.cosine == 1)
    #expect(similarity.overall.prunedJaccard == 1)
    #expect(similarity.overall.randomCosine == 0.5)
  }

  @Test func `figures of a small case, by matrix and overall`() throws {
    let similarity = MaskSimilarity(
      [mask("110011"), mask("1000")], [mask("101011"), mask("0001")])
    #expect(similarity.matrices[0].cosine == 0.75)
    #expect(similarity.matrices[0].prunedJaccard == 1.0 / 3)
    #expect(similarity.matrices[1].cosine == 0)
    #expect(similarity.matrices[1].prunedJaccard == 0.5)
    #expect(similarity.overall.cosine == 0.6)
    #expect(similarity.overall.randomCosine == 0.5)
  }

  @Test
  func `a mask that keeps nothing has no cosine, and two that prune nothing no Jaccard index`() {
    #expect(MaskSimilarity([mask("0000")], [mask("1111")]).overall.cosine == nil)
    #expect(MaskSimilarity([mask("1111")], [mask("1111")]).overall.prunedJaccard == nil)
  }

  @Test func `random masks come out at their expected cosine`() throws {
    var state: UInt64 = 1
    func random() -> Mask {
      var words = [UInt64](repeating: 0, count: 2000)
      for index in words.indices {
        // Two random words: a quarter of the bits is kept.
        for _ in 0..<2 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          var mixed = state ^ state >> 29
          mixed = mixed &* 0xbf58_476d_1ce4_e5b9
          mixed ^= mixed >> 32
          words[index] = words[index] == 0 ? mixed : words[index] & mixed
        }
      }
      return Mask(words: words, count: 128_000)
    }
    let counts = MaskSimilarity([random()], [random()]).overall
    let cosine = try #require(counts.cosine)
    #expect(abs(cosine - (try #require(counts.randomCosine))) < 0.01)
    #expect(abs(cosine - 0.25) < 0.01)
  }
}
