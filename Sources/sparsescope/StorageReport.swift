import Checkpoints
import Experiments
import Explorer

/// Sizes of a model at one level in each storage format; the JSON's keys are stable.
struct StorageReport: Encodable {
  struct Layout: Encodable {
    /// Bytes of the prunable matrices and of the whole model as `prune` would write them.
    var prunableBytes: Int
    var modelBytes: Int
    /// The prunable matrices when all have the format, in times the dense ones.
    var ofDense: Double
    /// Matrices that the format makes smaller.
    var matrices: Int
  }

  var dense: Layout
  var bitmask: Layout
  var csr: Layout
  /// nil where the level is not a pattern of at most two in four.
  var twoFour: Layout?
  private let sizes: StorageSizes
  private let count: Int

  enum CodingKeys: String, CodingKey { case dense, bitmask, csr, twoFour }

  init(_ sizes: StorageSizes, of count: Int) {
    func layout(_ layout: StorageSizes.Layout) -> Layout {
      Layout(
        prunableBytes: layout.written, modelBytes: sizes.model(layout),
        ofDense: sizes.ratio(layout), matrices: layout.matrices)
    }
    self.sizes = sizes
    self.count = count
    dense = Layout(
      prunableBytes: sizes.dense, modelBytes: sizes.denseModel, ofDense: 1, matrices: count)
    bitmask = layout(sizes.bitmask)
    csr = layout(sizes.csr)
    twoFour = sizes.twoFour.map(layout)
  }

  /// The sizes for a person: of the model, and of its prunable matrices.
  var lines: [String] {
    let layouts: [(name: String, layout: Layout)] =
      [("bitmask", bitmask), ("CSR", csr)] + (twoFour.map { [("2:4", $0)] } ?? [])
    var texts = ["\(ByteText.short(dense.modelBytes)) dense"]
    var parts = ["\(ByteText.short(dense.prunableBytes)) dense"]
    // A format that can hold no matrix at all leaves them as they are.
    for (name, layout) in layouts where layout.ofDense != 1 {
      guard layout.matrices > 0 else {
        texts.append("\(name) would be \(ByteText.ratio(layout.ofDense)) × as large")
        continue
      }
      let some = layout.matrices < count ? " (\(layout.matrices) of \(count) matrices)" : ""
      texts.append("\(ByteText.short(layout.modelBytes)) \(name)\(some)")
      parts.append("\(ByteText.short(layout.prunableBytes)) \(name)")
    }
    return ["stored: " + texts.joined(separator: ", ")]
      + (parts.count > 1 ? ["of that the matrices: " + parts.joined(separator: ", ")] : [])
  }
}

/// What `prune` has written.
struct WrittenModel: Encodable {
  var format: String
  /// Matrices that are stored without their zeros, and prunable ones in all.
  var matrices: Int
  var prunable: Int
  /// Bytes of the weight files, their headers among them.
  var bytes: Int

  init(_ folder: String, _ format: StorageFormat, compressed: Int, of prunable: Int) throws {
    self.format = format.rawValue
    matrices = compressed
    self.prunable = prunable
    bytes = try Checkpoint.open(at: folder).fileByteCount
  }

  /// One line for a person.
  ///
  /// - Parameter dense: bytes of the dense model.
  func line(dense: Int) -> String {
    let size = "\(ByteText.short(bytes)) in all"
    guard format != StorageFormat.dense.rawValue else { return "dense: \(size)" }
    if matrices == 0 { return "\(format): would make no matrix smaller, so all are dense; \(size)" }
    let share = ByteText.ratio(Double(bytes) / Double(max(1, dense)))
    let rest = prunable - matrices
    let others =
      rest == 0 ? "" : "; \(rest) would not be smaller and \(rest == 1 ? "is" : "are") dense"
    return "\(format): \(matrices) of \(prunable) matrices\(others); \(size), \(share) × dense"
  }
}
