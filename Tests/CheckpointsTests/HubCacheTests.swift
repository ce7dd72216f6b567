import Glibc
import Testing

@testable import Checkpoints

/// Models open from the Hugging Face cache by name and revision.
struct HubCacheTests {
  private let fixture: ModelFixture
  private let commits = [
    "0123456789abcdef0123456789abcdef01234567", "01234fffffffffffffffffffffffffffffffffff",
  ]

  init() throws {
    fixture = try ModelFixture()
    for folder in ["", "/refs", "/refs/refs", "/refs/refs/pr", "/snapshots"] {
      mkdir(fixture.path("models--org--tiny\(folder)"), 0o755)
    }
    for (commit, value) in zip(commits, [1, 2] as [Float]) {
      mkdir(fixture.path("models--org--tiny/snapshots/\(commit)"), 0o755)
      try fixture.tensors(
        ["w": [value]], in: "models--org--tiny/snapshots/\(commit)/model.safetensors")
    }
    try fixture.write("models--org--tiny/refs/main", commits[0] + "\n")
    try fixture.write("models--org--tiny/refs/refs/pr/1", commits[1])
  }

  private func value(of name: String) throws -> Float {
    let cache = HubCache(folder: fixture.folder)
    return try Checkpoint.open(at: name, cache: cache).floats("w")[0]
  }

  @Test(
    arguments: [
      ("org/tiny", 1), ("org/tiny@main", 1), ("org/tiny@refs/pr/1", 2),
      ("org/tiny@0123456789abcdef0123456789abcdef01234567", 1), ("org/tiny@01234FFF", 2),
      ("org/tiny@012345", 1),
    ] as [(String, Float)])
  func `a name opens at its branch, request or commit`(name: String, value: Float) throws {
    #expect(try self.value(of: name) == value)
  }

  @Test func `an abbreviation that fits two commits is refused`() throws {
    #expect(
      throws: CheckpointError.ambiguousCommit(
        model: "org/tiny", commit: "01234", folder: fixture.path("models--org--tiny/snapshots"))
    ) { try value(of: "org/tiny@01234") }
  }

  @Test(arguments: ["org/other", "gpt2", "org/tiny@v2", "org/tiny@0123456789f"])
  func `what is not there names the folder and the command`(name: String) throws {
    let error = #expect(throws: CheckpointError.self) { try value(of: name) }
    let text = try #require(error?.description)
    #expect(text.contains(fixture.folder))
    let (model, revision) = (name.split(separator: "@")[0], name.split(separator: "@").dropFirst())
    let option = revision.first.map { " --revision \($0)" } ?? ""
    #expect(text.contains("`sparsescope download \(model)\(option)`"))
  }

  @Test func `a snapshot without weights is to be downloaded`() throws {
    unlink(fixture.path("models--org--tiny/snapshots/\(commits[0])/model.safetensors"))
    let model = try #require(ModelID("org/tiny"))
    #expect(throws: CheckpointError.notInCache(model: model, folder: fixture.folder)) {
      try value(of: "org/tiny")
    }
  }

  @Test(arguments: [
    "/org/tiny", "./tiny", "../tiny", "a/b/c", "org/", "model.safetensors", "org/model.bin", "-x",
    "a b", "org/tiny@", "org/tiny@a//b", "org/tiny@../../x", "",
  ])
  func `what cannot be a model's name is a path`(text: String) {
    #expect(ModelID(text) == nil)
  }

  @Test(arguments: [
    (["HF_HUB_CACHE": "/a/", "HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"], "/a"),
    (["HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"], "/b"),
    (["HF_HOME": "/c", "XDG_CACHE_HOME": "/d"], "/c/hub"),
    (["XDG_CACHE_HOME": "/d", "HOME": "/e"], "/d/huggingface/hub"),
    (["HOME": "/e", "HF_HOME": ""], "/e/.cache/huggingface/hub"),
    (["HOME": "/e", "HF_HOME": "~/h"], "/e/h/hub"),
  ])
  func `the environment says where the cache is`(variables: [String: String], folder: String) {
    #expect(HubCache(Environment(variables)).folder == folder)
  }

  @Test func `the environment says who asks, and whom`() throws {
    try fixture.write("token", "hf_file\n")
    let path = fixture.path("token")
    func settings(_ variables: [String: String]) -> HubSettings {
      HubSettings(Environment(variables))
    }
    #expect(settings(["HF_TOKEN": " hf_x ", "HF_TOKEN_PATH": path]).token == "hf_x")
    #expect(settings(["HF_TOKEN_PATH": path]).token == "hf_file")
    #expect(settings(["HF_HOME": fixture.folder]).token == "hf_file")
    #expect(settings(["HF_HOME": "/nonexistent"]).token == nil)
    #expect(settings(["HF_TOKEN": "a\nb", "HF_HOME": "/nonexistent"]).token == nil)
    #expect(settings([:]).endpoint == "https://huggingface.co")
    #expect(settings(["HF_ENDPOINT": "http://mirror/x/"]).endpoint == "http://mirror/x")
    #expect(settings(["HF_HUB_OFFLINE": "yes"]).isOffline)
    #expect(!settings(["HF_HUB_OFFLINE": "0"]).isOffline)
    #expect(!settings(["HF_HUB_DISABLE_SYMLINKS": "1"]).usesLinks)
  }
}
