import Checkpoints
import Tensors
import Testing

@testable import Pruning

/// Ranks are compared with those in a sorted array.
struct MatrixMagnitudesTests {
  private static let types: [ElementType] = [.float64, .float32, .float16, .bfloat16, .float8e5m2]

  @Test(arguments: types, WeightGenerator.Spread.allCases)
  func `every rank is that in the sorted array`(
    type: ElementType, spread: WeightGenerator.Spread
  ) throws {
    for count in [1, 2, 47, 48, 64, 1000, 40_000] {
      var generator = WeightGenerator(seed: count)
      let fixture = try PruningFixture([
        .init(
          name: "w", shape: [count, 1], type: type,
          values: generator.weights(spread, count: count))
      ])
      let magnitudes = try fixture.index().magnitudes[0]
      let keys = try fixture.checkpoint.floats("w").map(\.magnitude.bitPattern).sorted()

      #expect(magnitudes.count == count)
      #expect(magnitudes.maximum.bitPattern == keys.last)
      // All keys at which the answer changes, and the keys around them; in large matrices some.
      let step = max(1, count / 500)
      for i in stride(from: 0, to: count, by: step) {
        let first = Self.lowerBound(keys, keys[i])
        let past = Self.lowerBound(keys, keys[i] + 1)
        #expect(magnitudes.count(below: MagnitudeKey(bits: keys[i])) == first)
        #expect(magnitudes.count(below: MagnitudeKey(bits: keys[i] + 1)) == past)
      }
      for _ in 0..<500 {
        let key = UInt32(truncatingIfNeeded: generator.next() >> 33)
        #expect(
          magnitudes.count(below: MagnitudeKey(bits: key)) == Self.lowerBound(keys, key))
      }
    }
  }

  @Test func `keys at the borders of octaves and buckets`() throws {
    // Powers of two, and neighbours of them, repeated unevenly.
    var values: [Float] = []
    for exponent in -30...4 {
      let power = Float(sign: .plus, exponent: exponent, significand: 1)
      for (copies, value) in [(exponent + 31, power), (3, power.nextUp), (5, power.nextDown)] {
        values += [Float](repeating: value, count: copies)
      }
    }
    // Distinct values beside them make the compressed form the smaller one.
    var generator = WeightGenerator(seed: 3)
    values += generator.weights(.manyScales, count: 3000)
    let fixture = try PruningFixture([.init(name: "w", shape: [values.count, 1], values: values)])
    let magnitudes = try fixture.index().magnitudes[0]
    let keys = values.map(\.magnitude.bitPattern).sorted()
    for exponent in -32...6 {
      let power = Float(sign: .plus, exponent: exponent, significand: 1).bitPattern
      for key in power - 2...power + 2 {
        #expect(magnitudes.count(below: MagnitudeKey(bits: key)) == Self.lowerBound(keys, key))
      }
    }
  }

  @Test func `float32 matrices of real sizes take about a byte a weight`() throws {
    var generator = WeightGenerator(seed: 1)
    let values = generator.weights(.bell, count: 768 * 768)
    let fixture = try PruningFixture([.init(name: "w", shape: [768, 768], values: values)])
    let bytes = try fixture.index().byteCount
    #expect(bytes < values.count * 5 / 4, "\(bytes) bytes for \(values.count) weights")
  }

  @Test func `16-bit matrices take little, whatever their size`() throws {
    var generator = WeightGenerator(seed: 1)
    let values = generator.weights(.bell, count: 768 * 768)
    let fixture = try PruningFixture([
      .init(name: "w", shape: [768, 768], type: .bfloat16, values: values)
    ])
    #expect(try fixture.index().byteCount < values.count / 16)
  }

  // MARK: Histograms

  @Test(arguments: WeightGenerator.Spread.allCases)
  func `a histogram counts each weight once`(spread: WeightGenerator.Spread) throws {
    var generator = WeightGenerator(seed: 5)
    let a = generator.weights(spread, count: 900)
    let b = generator.weights(.bell, count: 300)
    let fixture = try PruningFixture([
      .init(name: "a", shape: [30, 30], values: a), .init(name: "b", shape: [10, 30], values: b),
    ])
    let index = try fixture.index()
    let top = index.maximum(matrix: nil)
    let edges = (0...20).map { top.isFinite ? top * Float($0) / 20 : Float($0) } + [top]
    let all = index.histogram(matrix: nil, edges: edges)
    #expect(all.reduce(0, +) == 1200)
    let parts = (0...1).map { index.histogram(matrix: $0, edges: edges) }
    #expect(all == zip(parts[0], parts[1]).map { $0 + $1 })
    for (bin, count) in parts[0].enumerated() {
      let expected = a.count { weight in
        let magnitude = weight.magnitude
        return magnitude >= edges[bin]
          && (magnitude < edges[bin + 1] || bin == edges.count - 2 && magnitude == edges[bin + 1])
      }
      #expect(count == expected, "bin \(bin)")
    }
  }

  @Test func `edges leave out what lies beyond them`() throws {
    let fixture = try PruningFixture([
      .init(name: "w", shape: [1, 5], values: [0.1, -0.2, 0.3, -0.4, 0.5])
    ])
    let index = try fixture.index()
    #expect(index.histogram(matrix: 0, edges: [0.2, 0.3, 0.4]) == [1, 2])
    #expect(index.histogram(matrix: 0, edges: [0.2]) == [])
    #expect(index.histogram(matrix: nil, edges: []) == [])
    #expect(index.histogram(matrix: 0, edges: [-1, 0.15, 9]) == [1, 4])
  }

  private static func lowerBound(_ keys: [UInt32], _ key: UInt32) -> Int {
    var range = 0..<keys.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range =
        keys[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}
