import Foundation
import Testing

/// Image tasks from files on disk, with the embedded model.
@Suite struct `evaluate of images` {
  private static let digits = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../TasksTests/Fixtures/images/digits").standardizedFileURL.path

  @Test func `reads a folder for each class, and resizes what has another size`() throws {
    let report = try Program.json(
      "evaluate", "--task", "images", "--data", Self.digits, "--sparsity", "0,0.99")
    let points = try #require(report["points"] as? [[String: Any]])
    #expect(points.map { $0["examples"] as? Int } == [30, 30])
    let accuracies = points.map { ($0["metrics"] as? [String: Double])?["accuracy"] ?? 0 }
    #expect(accuracies[0] >= 0.9)
    #expect(accuracies[1] < 0.7)
  }

  @Test func `says what is wrong with the data, in one line`() throws {
    for (task, split, complaint) in [
      ("cifar10", "test", "10 classes, but these images have 3"), ("images", "train", "--split"),
      ("images", "mnli", "--split mnli"),
    ] {
      let result = try Program.run([
        "evaluate", "--task", task, "--data", Self.digits, "--split", split,
      ])
      #expect(result.status == 1)
      #expect(result.errors.contains(complaint), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `a broken image is named`() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: Self.digits, toPath: folder.path("digits"))
    try "no image".write(
      toFile: folder.path("digits/test/3/broken.png"), atomically: true, encoding: .utf8)
    let result = try Program.run([
      "evaluate", "--task", "images", "--data", folder.path("digits"),
    ])
    #expect(result.status == 1)
    #expect(result.errors.contains("digits/test/3/broken.png"))
  }
}
