import Foundation
import Pruning
import Testing

@Suite struct `Mask files` {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("sparsescope-masks-\(UUID().uuidString).safetensors").path

  @Test func `masks come back by name, whatever their sizes`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let masks = [
      ("b", Mask(words: [0b101], count: 3)), ("a", Mask(words: [1, .max], count: 100)),
      ("c", Mask(keepingAll: 64)),
    ]
    try MaskFile(masks).write(to: path)
    let read = try MaskFile(reading: path).masks
    #expect(read.map(\.name) == ["a", "b", "c"])
    #expect(read.map(\.mask) == [masks[1].1, masks[0].1, masks[2].1])
    #expect(read[0].mask.kept == 37)
  }

  @Test func `a file of anything else is named with its tensor`() throws {
    let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/sparsescope/Resources/vit-digits/model.safetensors")
    #expect {
      _ = try MaskFile(reading: model.standardizedFileURL.path)
    } throws: { error in
      if case PruningError.notMasks = error { true } else { false }
    }
  }
}
