import CKernels
import Tensors

extension Tape {
  /// A feed-forward part panel by panel, in inference where all its matrices are packed: the same
  /// bits as its steps one after the other. Nil where it has to be those.
  func packedFeedForward(_ x: Variable, _ part: FeedForward) -> Variable? {
    guard !isRecording, let up = packedLayer(part.up), let down = packedLayer(part.down) else {
      return nil
    }
    let gate = part.gate.flatMap(packedLayer)
    guard (gate == nil) == (part.gate == nil) else { return nil }
    let y = variable(rows: x.rows, columns: part.down.outputs)
    var began = ContinuousClock.now
    SparseFeedForward(up: up, gate: gate, down: down)
      .multiply(x.value, into: y.value, in: workspace) { values, factor, count in
        note(.linear, since: began)
        timed(.activation, floats: part.activation.slots * count) {
          elementwise_activation(part.activation.kind, values, values, count)
          if let factor { elementwise_multiply(values, factor, values, count, 0) }
        }
        began = .now
      }
    let layers = [part.up, part.down] + (part.gate.map { [$0] } ?? [])
    note(
      .linear, since: began,
      floats: layers.reduce(0) { $0 + multiplications(x.rows, $1) })
    return y
  }

  private func packedLayer(_ layer: Linear) -> SparseFeedForward.Layer? {
    parameters.packed(layer.weight).map { packed in
      SparseFeedForward.Layer(
        packed.operand, bias: layer.bias.map { UnsafePointer(weights($0).base) })
    }
  }
}
