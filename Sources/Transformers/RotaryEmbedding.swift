import CKernels
import Glibc
import Tensors

/// Rotary position embeddings (Su et al. 2021) and the ways to stretch them beyond the length that
/// a model was trained on.
package struct RotaryEmbedding: Sendable, Hashable {
  /// A `rope_type`, named as in transformers.
  package enum Scaling: Sendable, Hashable {
    case none
    /// All frequencies divided by a factor.
    case linear(factor: Double)
    /// LLaMA 3: low frequencies divided, high ones kept, the rest in between.
    case llama3(factor: Double, low: Double, high: Double, originalPositions: Double)
    /// YaRN (Peng et al. 2023): a ramp between divided and kept, and hotter attention.
    case yarn(YaRN)
  }

  package struct YaRN: Sendable, Hashable {
    package var factor: Double
    package var originalPositions: Double
    package var betaFast = 32.0
    package var betaSlow = 1.0
    package var attentionFactor: Double
    package var truncates = true
  }

  package var base = 10_000.0
  package var scaling = Scaling.none
  /// The length up to which the frequencies are these; `dynamic` scaling changes them beyond it.
  package var maximumTokens: Int?
  /// The length that the model was made for; beyond it the program can run it, but it errs more.
  package var usualTokens: Int?

  /// What cosines and sines are multiplied by.
  var amplitude: Double {
    if case .yarn(let yarn) = scaling { yarn.attentionFactor } else { 1 }
  }

  /// The angle that one position adds to each pair of a head's elements: width / 2 of them.
  ///
  /// Rounded to single precision at the same places as transformers does.
  func inverseFrequencies(headWidth: Int) -> [Float] {
    let plain = (0..<headWidth / 2).map { pair in
      Float(1) / Float(pow(base, Double(2 * pair) / Double(headWidth)))
    }
    switch scaling {
    case .none: return plain
    case .linear(let factor): return plain.map { $0 / Float(factor) }
    case .llama3(let factor, let low, let high, let original):
      return plain.map { frequency in
        let wavelength = 2 * Double.pi / Double(frequency)
        if wavelength > original / low { return frequency / Float(factor) }
        if wavelength < original / high { return frequency }
        let share = (original / wavelength - low) / (high - low)
        return Float((1 - share) * Double(frequency) / factor + share * Double(frequency))
      }
    case .yarn(let yarn):
      return plain.enumerated().map { pair, frequency in
        let kept = 1 - yarn.ramp(pair: pair, headWidth: headWidth, base: base)
        return Float(
          Double(frequency) / yarn.factor * (1 - kept) + Double(frequency) * kept)
      }
    }
  }
}

extension RotaryEmbedding.YaRN {
  /// How far a pair is from being kept: 0 keeps its frequency, 1 divides it by the factor.
  fileprivate func ramp(pair: Int, headWidth: Int, base: Double) -> Double {
    var low = correction(rotations: betaFast, headWidth: headWidth, base: base)
    var high = correction(rotations: betaSlow, headWidth: headWidth, base: base)
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(headWidth - 1))
    if low == high { high += 0.001 }
    return min(1, max(0, (Double(pair) - low) / (high - low)))
  }

  /// The pair that turns so many times over the original length (equation 17).
  private func correction(rotations: Double, headWidth: Int, base: Double) -> Double {
    Double(headWidth) * log(originalPositions / (rotations * 2 * .pi)) / (2 * log(base))
  }
}

/// Cosines and sines of a rotary embedding for the positions seen so far: [positions, width / 2].
struct RotaryTable {
  private var embedding: RotaryEmbedding?
  private var headWidth = 0
  private(set) var positions = 0
  private(set) var cosines: [Float] = []
  private(set) var sines: [Float] = []

  /// Makes the table hold at least so many positions of an embedding.
  mutating func extend(to count: Int, _ embedding: RotaryEmbedding, headWidth: Int) {
    if self.embedding != embedding || self.headWidth != headWidth {
      self = RotaryTable()
      self.embedding = embedding
      self.headWidth = headWidth
    }
    guard count > positions else { return }
    let frequencies = embedding.inverseFrequencies(headWidth: headWidth)
    let amplitude = Float(embedding.amplitude)
    for position in positions..<count {
      for frequency in frequencies {
        let angle = Float(position) * frequency
        cosines.append(cosf(angle) * amplitude)
        sines.append(sinf(angle) * amplitude)
      }
    }
    positions = count
  }
}

/// x turned by the angles of its rows' positions, in place.
struct RotaryStep {
  let variable: Variable
  let positions: UnsafeMutableBufferPointer<Int32>
  let headWidth: Int
}

extension Tape {
  /// Turns each head of each row by the angles of the row's position, in place.
  func rotate(
    _ x: Variable, positions: UnsafeMutableBufferPointer<Int32>, headWidth: Int
  ) {
    let step = RotaryStep(variable: x, positions: positions, headWidth: headWidth)
    rotate(x.value, step, direction: 1)
    record(.rotary(step))
  }

  /// Turning is orthogonal but for the amplitude: the gradient is turned back.
  func backward(_ step: RotaryStep) {
    guard let gradient = gradient(of: step.variable) else { return }
    rotate(gradient, step, direction: -1)
  }

  private func rotate(_ matrix: Matrix, _ step: RotaryStep, direction: Float) {
    rows_rotary(
      matrix.base, step.positions.baseAddress, rotaryTable.cosines, rotaryTable.sines, direction,
      matrix.rows, matrix.columns / step.headWidth, step.headWidth)
  }
}
