import Explorer
import Foundation
import Testing

@testable import sparsescope

@Suite struct `The explorer's memory` {
  private let folder: TemporaryFolder
  private let file: ExplorerMemoryFile

  init() throws {
    folder = try TemporaryFolder()
    file = ExplorerMemoryFile(url: folder.url.appendingPathComponent("state/explorer.json"))
  }

  private func write(_ text: String) throws {
    try FileManager.default.createDirectory(
      at: file.url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file.url, atomically: false, encoding: .utf8)
  }

  @Test func `comes back as it was, from a folder that it makes itself`() throws {
    #expect(file.load() == ExplorerMemory())
    let selection = TaskSelection(name: "sst2", data: "/data/SST-2 ünïcode", split: "dev")
    try file.change {
      $0.tasks["sst2"] = selection
      $0.models["/models/a"] = selection
      $0.theme = "okabe-ito"
    }
    let memory = file.load()
    #expect(memory.tasks == ["sst2": selection])
    #expect(memory.models == ["/models/a": selection])
    #expect(memory.theme == "okabe-ito")
    let present = try FileManager.default.contentsOfDirectory(
      atPath: file.url.deletingLastPathComponent().path)
    #expect(present == ["explorer.json"], "no temporary file stays")
  }

  @Test func `is written through a link, also to a file that is still to come`() throws {
    let manager = FileManager.default
    let (state, kept) = (file.url.deletingLastPathComponent(), folder.url.path + "/kept")
    try manager.createDirectory(at: state, withIntermediateDirectories: true)
    // Relative, and through a second link.
    try manager.createSymbolicLink(
      atPath: file.url.path, withDestinationPath: "../link.json")
    try manager.createSymbolicLink(
      atPath: folder.url.path + "/link.json", withDestinationPath: kept + "/memory.json")
    for theme in ["ansi", "okabe-ito"] {
      try file.change { $0.theme = theme }
      #expect(file.load().theme == theme)
      #expect(try manager.destinationOfSymbolicLink(atPath: file.url.path) == "../link.json")
      #expect(try manager.contentsOfDirectory(atPath: kept) == ["memory.json"])
    }
  }

  @Test func `keeps what another explorer has written meanwhile`() throws {
    try file.change { $0.theme = "ansi" }
    try file.change { $0.models["/a"] = TaskSelection(name: "digits") }
    #expect(file.load().theme == "ansi")
  }

  @Test(arguments: ["", "{", "[1, 2]", "\"x\"", "{\"tasks\": 3, \"models\": [], \"theme\": {}}"])
  func `is empty where the file is damaged, and can be written again`(text: String) throws {
    try write(text)
    #expect(file.load() == ExplorerMemory())
    try file.change { $0.theme = "ansi" }
    #expect(file.load().theme == "ansi")
  }

  @Test func `passes over the entries that it does not understand`() throws {
    try write(
      """
      {"tasks": {"sst2": {"name": "sst2", "data": "/a", "later": 1}, "cola": {"data": 3}},
       "models": {"/m": "sst2"}, "theme": 7, "unknown": [true]}
      """)
    let memory = file.load()
    #expect(memory.tasks == ["sst2": TaskSelection(name: "sst2", data: "/a")])
    #expect(memory.models.isEmpty)
    #expect(memory.theme == nil)
  }

  @Test func `says which file cannot be written`() throws {
    // A file stands where the folder should be.
    try "x".write(toFile: folder.path("state"), atomically: false, encoding: .utf8)
    let error = #expect(throws: CommandError.self) { try file.change { $0.theme = "ansi" } }
    #expect(error?.description.contains(file.url.path) == true)
  }
}

@Suite struct `Completing a path` {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["SST-2", "STS-B", ".hidden"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: false)
    }
    try "x".write(toFile: folder.path("text.txt"), atomically: false, encoding: .utf8)
  }

  @Test func `adds what is certain and tells the rest`() {
    #expect(PathCompletion(folder.path("SS")).text == folder.path("SST-2") + "/")
    #expect(PathCompletion(folder.path("te")).text == folder.path("text.txt"))
    let both = PathCompletion(folder.path("S"))
    #expect(both.text == folder.path("S"))
    #expect(both.candidates == ["SST-2", "STS-B"])
    #expect(PathCompletion(folder.path("nothing")).text == folder.path("nothing"))
  }

  @Test func `shows what is hidden only when asked`() {
    #expect(PathCompletion(folder.url.path + "/").candidates.count == 3)
    #expect(PathCompletion(folder.path(".h")).text == folder.path(".hidden") + "/")
  }
}
