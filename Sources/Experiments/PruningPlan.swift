/// What a `PruningRequest` means for one model: exact counts and, where there is one, the threshold.
///
/// The plan describes the mask without holding it: a threshold and a tie count, or a seed, or a
/// pattern. Masks of one method and seed are nested over the sparsity.
package struct PruningPlan: Sendable, Hashable {
  package var request: PruningRequest
  /// Weights removed from each matrix, in matrix order.
  package var pruned: [Int]
  /// The largest magnitude that is removed, for each matrix; nil where nothing is, or where the
  /// method knows no threshold. Under `PruningScope.global` all entries are the same.
  package var thresholds: [Float?]
  /// How many weights of exactly the threshold's magnitude are removed, for each matrix; they are
  /// the first of them by flat index. 0 where there is no threshold.
  package var ties: [Int]
  /// Weights in the included matrices: the N of round(s · N).
  package var included: Int
  /// Included matrices that stay dense because the method cannot prune them: under N:M those whose
  /// width is no multiple of M.
  package var skipped: [Int]
  /// Weights of each matrix that are zero once the plan is carried out, those that were zero before
  /// among them; where lots or groups decide in a matrix that had zeros, at least so many.
  package var zeros: [Int]

  /// - Parameter zeros: nil where no weight was zero before.
  package init(
    request: PruningRequest, pruned: [Int], thresholds: [Float?], ties: [Int], included: Int,
    skipped: [Int] = [], zeros: [Int]? = nil
  ) {
    self.request = request
    self.pruned = pruned
    self.thresholds = thresholds
    self.ties = ties
    self.included = included
    self.skipped = skipped
    self.zeros = zeros ?? pruned
  }

  /// Weights removed in all.
  package var total: Int { pruned.reduce(0, +) }

  /// The sparsity over the included matrices that was reached; 0 when there are none.
  package var achieved: Double { included == 0 ? 0 : Double(total) / Double(included) }
}

/// One matrix that can be pruned, as far as a person needs to know it.
package struct MatrixDescription: Sendable, Hashable, Codable {
  /// The parameter's name in the checkpoint.
  package var name: String
  /// What the matrix does in its block, such as `attn q` or `mlp in`.
  package var kind: String
  /// The transformer block it belongs to; nil outside of blocks.
  package var block: Int?
  /// Rows and columns as a linear layer sees them: [out, in].
  package var shape: [Int]
  /// The element type as the file names it.
  package var dtype: String
  /// Whether the file holds it as [in, out].
  package var isTransposed: Bool

  package init(
    name: String, kind: String, block: Int?, shape: [Int], dtype: String,
    isTransposed: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.block = block
    self.shape = shape
    self.dtype = dtype
    self.isTransposed = isTransposed
  }

  package var weights: Int { shape.reduce(1, *) }

  /// How the matrix is called on the screen: its block and its kind, such as `2 mlp in`.
  package var label: String { block.map { "\($0) \(kind)" } ?? kind }
}

/// Answers, fast enough for every key press, what a pruning request does to a model.
///
/// The explorer asks through this protocol and never sees a weight.
package protocol PruningPreview: Sendable {
  /// The prunable matrices, in matrix order.
  var matrices: [MatrixDescription] { get }

  /// The exact counts and thresholds of a request.
  func plan(_ request: PruningRequest) -> PruningPlan

  /// Counts |w| between consecutive edges: `edges.count - 1` bins, the last one closed above.
  /// - Parameter matrix: an index into `matrices`; nil counts over all of them.
  func histogram(matrix: Int?, edges: [Float]) -> [Int]

  /// The largest magnitude in a matrix, or in all of them.
  func maximum(matrix: Int?) -> Float
}
