import CKernels
import Tensors

/// Some columns of a variable: one of query, key and value where they were computed together.
struct VariableSlice {
  let variable: Variable
  let columns: Range<Int>

  init(_ variable: Variable, columns: Range<Int>? = nil) {
    self.variable = variable
    self.columns = columns ?? 0..<variable.columns
  }

  var value: Matrix { variable.value.columns(columns) }
}

/// How the rows of a packed batch attend to each other.
struct AttentionPattern {
  let heads: Int
  let keyValueHeads: Int
  let headWidth: Int
  let isCausal: Bool
  let window: Int?
  /// The rows of the queries that belong to each sequence.
  let queries: [Range<Int>]
  /// The rows of keys and values that the sequence's queries may see.
  let keys: [Range<Int>]

  /// Slots of the multiply-add ports, times sixteen: those of both products and of the exponential,
  /// eleven, and its scaling. Of the rows that a causal query does not see half is left out.
  fileprivate var slots: Int {
    zip(queries, keys).reduce(0) { total, rows in
      let seen = isCausal ? (rows.1.count + 1) / 2 : rows.1.count
      return total + heads * rows.0.count * min(seen, window ?? seen) * (2 * headWidth + 12)
    }
  }

  /// The shape of one head's attention in one sequence.
  fileprivate func shape(
    _ sequence: Int, query: Matrix, key: Matrix, output: Matrix
  ) -> attention_shape {
    attention_shape(
      queries: queries[sequence].count, keys: keys[sequence].count, width: headWidth,
      query_stride: query.stride, key_stride: key.stride, output_stride: output.stride,
      scale: 1 / Float(headWidth).squareRoot(), causal: isCausal ? 1 : 0, window: window ?? 0)
  }
}

/// Scaled dot-product attention, all heads of all sequences.
struct AttentionStep {
  let pattern: AttentionPattern
  let query: VariableSlice
  let key: VariableSlice
  let value: VariableSlice
  let output: Variable
  /// The softmax of each sequence and head, one behind the other.
  let probabilities: UnsafeMutablePointer<Float>?
  let mask: dropout_mask?
}

extension Tape {
  /// Attends within each sequence.
  ///
  /// Query is [queries, heads · headWidth], key and value [tokens, keyValueHeads · headWidth]; each
  /// group of heads / keyValueHeads query heads shares one of those. The result is like query.
  func attention(
    query: VariableSlice, key: VariableSlice, value: VariableSlice, pattern: AttentionPattern,
    dropout rate: Float
  ) -> Variable {
    let q = query.value
    let (k, v) = (key.value, value.value)
    precondition(k.stride == v.stride, "keys and values are laid out alike")
    let y = variable(rows: q.rows, columns: q.columns)
    var mask = nextDropoutMask(rate: rate)
    var storage = isRecording ? workspace.floats(probabilityCount(pattern)) : nil
    let probabilities = storage
    var drawn: UInt32 = 0

    let began = ContinuousClock.now
    let mark = workspace.mark()
    for sequence in pattern.queries.indices {
      var shape = pattern.shape(sequence, query: q, key: k, output: y.value)
      let scratch = workspace.floats(attention_scratch(&shape))
      let size = shape.queries * attention_padded_keys(&shape)
      let (queryRow, keyRow) = (
        pattern.queries[sequence].lowerBound, pattern.keys[sequence].lowerBound
      )
      for head in 0..<pattern.heads {
        let column = head * pattern.headWidth
        let shared =
          head * pattern.keyValueHeads / pattern.heads * pattern.headWidth + keyRow * k.stride
        withOptionalPointer(to: &mask) { mask in
          attention_forward(
            &shape, q.base + queryRow * q.stride + column, k.base + shared, v.base + shared,
            y.value.base + queryRow * y.value.stride + column, storage, mask, drawn, scratch)
        }
        storage = storage.map { $0 + size }
        drawn &+= UInt32(truncatingIfNeeded: size)
      }
      workspace.release(to: mark)
    }
    note(.attention, since: began, floats: pattern.slots)
    record(
      .attention(
        AttentionStep(
          pattern: pattern, query: query, key: key, value: value, output: y,
          probabilities: probabilities, mask: mask)))
    return y
  }

  func backward(_ step: AttentionStep) {
    guard let dy = gradient(of: step.output),
      let dq = accumulatedGradient(of: step.query),
      let dk = accumulatedGradient(of: step.key),
      let dv = accumulatedGradient(of: step.value)
    else { return }
    let (q, k, v) = (step.query.value, step.key.value, step.value.value)
    let pattern = step.pattern
    var mask = step.mask
    var probabilities = step.probabilities!
    var drawn: UInt32 = 0

    let mark = workspace.mark()
    for sequence in pattern.queries.indices {
      var shape = pattern.shape(sequence, query: q, key: k, output: dy)
      let scratch = workspace.floats(attention_scratch(&shape))
      let size = shape.queries * attention_padded_keys(&shape)
      let queryRow = pattern.queries[sequence].lowerBound
      let keyRow = pattern.keys[sequence].lowerBound
      for head in 0..<pattern.heads {
        let column = head * pattern.headWidth
        let shared =
          head * pattern.keyValueHeads / pattern.heads * pattern.headWidth + keyRow * k.stride
        withOptionalPointer(to: &mask) { mask in
          attention_backward(
            &shape, q.base + queryRow * q.stride + column, k.base + shared, v.base + shared,
            probabilities, dy.base + queryRow * dy.stride + column,
            dq.base + queryRow * dq.stride + column, dk.base + shared, dv.base + shared, mask,
            drawn, scratch)
        }
        probabilities += size
        drawn &+= UInt32(truncatingIfNeeded: size)
      }
      workspace.release(to: mark)
    }
  }

  private func probabilityCount(_ pattern: AttentionPattern) -> Int {
    zip(pattern.queries, pattern.keys).reduce(0) { total, rows in
      var shape = attention_shape()
      shape.keys = rows.1.count
      return total + pattern.heads * rows.0.count * attention_padded_keys(&shape)
    }
  }

  private func accumulatedGradient(of slice: VariableSlice) -> Matrix? {
    accumulatedGradient(of: slice.variable)?.columns(slice.columns)
  }
}

/// Calls C with a pointer to a value, or with null where there is none.
private func withOptionalPointer<T>(to value: inout T?, _ body: (UnsafePointer<T>?) -> Void) {
  if var present = value { body(&present) } else { body(nil) }
}
