import Foundation
import Testing

@testable import Engine

@Suite struct `Processors of a container` {
  /// The limit of a process in `/outer/inner` of groups with these files.
  private func quota(_ files: [String: String], in group: String = "/outer/inner") throws -> Int? {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(
      at: root.appending(path: "outer/inner"), withIntermediateDirectories: true)
    for (path, text) in files {
      try Data(text.utf8).write(to: root.appending(path: path))
    }
    return ProcessorCount.quota(
      membership: "1:cpu:/elsewhere\n0::\(group)\n", mountedAt: root.path)
  }

  @Test(
    arguments: [
      ("150000 100000\n", 2), ("200000 100000\n", 2), ("1000 100000\n", 1), ("max 100000\n", nil),
      ("", nil), ("0 0", nil), ("many", nil),
    ] as [(String, Int?)])
  func `a part of a processor is worth a thread`(text: String, count: Int?) throws {
    #expect(try quota(["outer/inner/cpu.max": text]) == count)
  }

  @Test func `the narrowest group around a process decides`() throws {
    let files = ["outer/cpu.max": "300000 100000\n", "outer/inner/cpu.max": "max 100000\n"]
    #expect(try quota(files) == 3)
    #expect(try quota(files.merging(["cpu.max": "100000 100000\n"]) { $1 }) == 1)
    #expect(try quota(files, in: "/") == nil)
    #expect(try quota([:]) == nil)
  }

  @Test func `of an older kind of groups nothing is read`() {
    #expect(ProcessorCount.quota(membership: "4:cpu:/a\n", mountedAt: "/") == nil)
  }
}
