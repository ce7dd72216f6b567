import Checkpoints
import Foundation
import Pruning
import Tensors
import Transformers

/// A `checkpoint-N` folder: a model that transformers loads as it is, and what it takes to go on.
///
/// | file | what it holds |
/// |---|---|
/// | `config.json`, `model.safetensors` | the model, float32, pruned weights being zero |
/// | tokenizer and preprocessor files | copies of the original model's |
/// | `optimizer.safetensors` | AdamW's means: `exp_avg.NAME`, `exp_avg_sq.NAME`, and `step` |
/// | `mask.safetensors` | which weights are kept, see `MaskFile` |
/// | `trainer_state.json` | step, epoch, record, settings |
package struct FineTuningCheckpoint: Sendable, Hashable {
  package let folder: String
  package let step: Int

  private static let prefix = "checkpoint-"
  private static let maskFile = "mask.safetensors"

  /// The checkpoints in an output folder, the latest last.
  package static func all(in output: String) -> [FineTuningCheckpoint] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)) else { return nil }
      return FineTuningCheckpoint(folder: "\(output)/\(name)", step: step)
    }.sorted { $0.step < $1.step }
  }

  init(folder: String, step: Int) {
    self.folder = folder
    self.step = step
  }

  init(in output: String, step: Int) {
    self.init(folder: "\(output)/\(Self.prefix)\(step)", step: step)
  }

  /// Writes the folder, which appears under its name only when it is complete and on the disk.
  func write(_ state: FineTuningState, of model: FineTuningModel) throws {
    guard !FileManager.default.fileExists(atPath: folder) else { return }
    let table = model.loaded.model.table
    var writer = try ModelFolderWriter(to: folder)
    try writer.addFile("config.json", model.configuration.text())
    var trainer = state.trainer
    trainer.sparsescope.hasMask = state.mask != nil
    try writer.addFile("trainer_state.json", trainer.json())
    try writer.addCompanions(of: model.checkpoint, where: Self.isForInput)
    try writer.addTensors(table.entries.map { TensorLayout(name: $0.name, shape: $0.shape) }) {
      for id in table.ids { try $0.write(table[id].name, state.parameters[id].elements) }
    }
    let moments = [("exp_avg", state.optimizer.means), ("exp_avg_sq", state.optimizer.variances)]
    let layouts = moments.flatMap { name, _ in
      table.entries.map { TensorLayout(name: "\(name).\($0.name)", shape: $0.shape) }
    }
    let count = TensorLayout(name: "step", elementType: .int64, shape: [])
    try writer.addTensors(layouts + [count], in: "optimizer.safetensors") { tensors in
      try withUnsafeBytes(of: Int64(state.optimizer.steps).littleEndian) {
        try tensors.write("step", $0)
      }
      for (name, values) in moments {
        for id in table.ids {
          try tensors.write(
            "\(name).\(table[id].name)", UnsafeRawBufferPointer(values[id].elements))
        }
      }
    }
    if let mask = state.mask?.file {
      try writer.addTensors(
        mask.layouts, in: Self.maskFile, metadata: MaskFile.metadata
      ) { try mask.write(to: &$0) }
    }
    try writer.finish()
  }

  /// Reads what `write` has written.
  ///
  /// - Throws: `FineTuningError.badCheckpoint`, whatever is wrong with it.
  func read(
    for model: FineTuningModel, optimizer settings: AdamW
  ) throws -> FineTuningState {
    do {
      return try readFiles(for: model, optimizer: settings)
    } catch let error as FineTuningError {
      guard case .badMask = error else { throw error }
      throw FineTuningError.badCheckpoint(folder: folder, reason: "\(error)")
    } catch {
      throw FineTuningError.badCheckpoint(folder: folder, reason: "\(error)")
    }
  }

  private func readFiles(
    for model: FineTuningModel, optimizer settings: AdamW
  ) throws -> FineTuningState {
    let transformer = model.loaded.model
    let table = transformer.table
    guard let data = FileManager.default.contents(atPath: "\(folder)/trainer_state.json") else {
      throw FineTuningError.badCheckpoint(folder: folder, reason: "it has no trainer_state.json")
    }
    let trainer: TrainerState
    do {
      trainer = try TrainerState(data)
    } catch {
      throw FineTuningError.badCheckpoint(
        folder: folder, reason: "its trainer_state.json was not written by this program")
    }
    let weights = try Checkpoint.open(at: "\(folder)/model.safetensors")
    let loaded = try LoadedTransformer(weights, transformer.configuration, seed: 0)
    if let missing = loaded.report.fresh.first {
      throw FineTuningError.badCheckpoint(
        folder: folder, reason: "its model.safetensors has no \(missing)")
    }
    let moments = try Checkpoint.open(at: "\(folder)/optimizer.safetensors")
    let optimizer = AdamWState(table: table, settings: settings)
    for id in table.ids {
      for (name, values) in [("exp_avg", optimizer.means), ("exp_avg_sq", optimizer.variances)] {
        let tensor = try moments.requiredTensor("\(name).\(table[id].name)")
        guard tensor.shape == table[id].shape else {
          throw FineTuningError.badCheckpoint(
            folder: folder, reason: "\(tensor.name) in optimizer.safetensors has another shape")
        }
        try moments.readFloats(of: tensor, into: values[id].elements)
      }
    }
    let count = try moments.requiredTensor("step")
    guard count.elementType == .int64, count.shape.isEmpty else {
      throw FineTuningError.badCheckpoint(
        folder: folder, reason: "step in optimizer.safetensors is not one integer")
    }
    let steps = try moments.withBytes(of: count) {
      Int(Int64(littleEndian: $0.loadUnaligned(as: Int64.self)))
    }
    guard steps >= 0, steps == trainer.globalStep else {
      throw FineTuningError.badCheckpoint(
        folder: folder,
        reason: "its trainer_state.json is at step \(trainer.globalStep), its optimizer at \(steps)"
      )
    }
    optimizer.restore(steps: steps)
    let maskFile = "\(folder)/\(Self.maskFile)"
    let hasMask = FileManager.default.fileExists(atPath: maskFile)
    guard hasMask || trainer.sparsescope.hasMask != true else {
      throw FineTuningError.badCheckpoint(folder: folder, reason: "it has no mask.safetensors")
    }
    let mask =
      hasMask
      ? try ModelMask(file: maskFile, of: model.matrices, in: model.loaded) : nil
    return FineTuningState(
      parameters: loaded.parameters, optimizer: optimizer, mask: mask, trainer: trainer)
  }

  /// Removes all but the latest checkpoints of an output folder.
  static func prune(in output: String, keeping count: Int) {
    for checkpoint in all(in: output).dropLast(max(1, count)) { checkpoint.remove() }
  }

  /// Removes the folder: it loses its name first, so that no half of it is ever taken for one.
  package func remove() {
    let parent = (folder as NSString).deletingLastPathComponent
    let hidden = "\(parent)/.removed-\(step)-\(getpid())"
    guard rename(folder, hidden) == 0 else { return }
    try? FileManager.default.removeItem(atPath: hidden)
  }

  /// Whether a file beside the original weights makes the model's input, or says its terms.
  private static func isForInput(_ name: String) -> Bool {
    let beginnings = [
      "tokenizer", "vocab", "merges", "special_tokens_map", "added_tokens", "spiece",
      "sentencepiece", "preprocessor_config", "chat_template", "LICENSE",
    ]
    return beginnings.contains { name.hasPrefix($0) }
  }
}
