import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Checkpoints

/// A download from a hub on the loopback address fills the cache as Hugging Face's libraries do.
// One at a time: each hub keeps threads waiting, which all together would starve the tests.
@Suite(.serialized)
struct DownloadTests {
  private let fixture: ModelFixture
  private let weights: [UInt8]
  private let files: [String: [UInt8]]

  init() throws {
    fixture = try ModelFixture()
    try fixture.tensors(["w": (0..<50_000).map(Float.init)], in: "made.safetensors")
    weights = try fixture.read("made.safetensors")
    files = [
      "README.md": Array("# Tiny".utf8), "config.json": Array(#"{"model_type": "bert"}"#.utf8),
      "vocab.txt": Array("[PAD]\n".utf8), "model.safetensors": weights,
      "pytorch_model.bin": Array("PK".utf8), "onnx/model.onnx": Array("onnx".utf8),
      ".gitattributes": [], "tf_model.h5": Array("h5".utf8),
    ]
  }

  private var repository: String { "cache/models--org--tiny" }
  private var blob: String { "\(repository)/blobs/\(LocalHub.sha256(weights))" }

  private func settings(_ hub: LocalHub, token: String? = nil) -> HubSettings {
    hub.settings(cache: fixture.path("cache"), token: token)
  }

  private func model(_ name: String = "org/tiny") throws -> ModelID {
    try #require(ModelID(name))
  }

  @discardableResult
  private func download(
    _ hub: LocalHub, _ name: String = "org/tiny", patterns: [String] = [], token: String? = nil
  ) throws -> HubDownload.Result {
    // The hub answers as long as it lives, which its settings do not ensure.
    defer { withExtendedLifetime(hub) {} }
    let settings = settings(hub, token: token)
    return try HubDownload(try model(name), patterns: patterns, settings: settings).run()
  }

  private func link(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = buffer.withUnsafeMutableBytes {
      readlink(fixture.path(path), $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
  }

  // MARK: The cache's layout

  @Test func `blobs, links and the reference lie where Hugging Face's libraries look`() throws {
    let result = try download(LocalHub(files))
    let snapshot = "\(repository)/snapshots/\(LocalHub.commit)"
    #expect(result.folder == fixture.path(snapshot))
    #expect(
      try fixture.entries(snapshot) == ["config.json", "model.safetensors", "vocab.txt"])
    #expect(
      link("\(snapshot)/model.safetensors") == "../../blobs/\(LocalHub.sha256(weights))")
    #expect(
      link("\(snapshot)/vocab.txt") == "../../blobs/\(LocalHub.gitHash(Array("[PAD]\n".utf8)))")
    #expect(try fixture.read("\(snapshot)/model.safetensors") == weights)
    #expect(try fixture.read("\(repository)/refs/main") == Array(LocalHub.commit.utf8))
    #expect(try fixture.entries("\(repository)/blobs").count == 3)
    #expect(result.received == result.size)
  }

  @Test func `what was downloaded opens by its name`() throws {
    try download(LocalHub(files))
    let cache = HubCache(folder: fixture.path("cache"))
    let checkpoint = try Checkpoint.open(at: "org/tiny", cache: cache)
    #expect(checkpoint.name == "org/tiny")
    #expect(checkpoint.configuration?["model_type"]?.string == "bert")
    #expect(checkpoint.tensors.map(\.count) == [50_000])
  }

  @Test func `what is there is not fetched again`() throws {
    let hub = LocalHub(files)
    try download(hub)
    let again = try download(hub)
    #expect(again.received == 0)
    #expect(hub.storage.requests.count == 1)
  }

  @Test func `a revision with slashes gets folders of its own`() throws {
    try download(LocalHub(files), "org/tiny@refs/pr/1")
    #expect(try fixture.read("\(repository)/refs/refs/pr/1") == Array(LocalHub.commit.utf8))
  }

  @Test func `files in folders link up through them`() throws {
    try download(LocalHub(files), patterns: ["onnx/*"])
    let path = "\(repository)/snapshots/\(LocalHub.commit)/onnx/model.onnx"
    #expect(link(path)?.hasPrefix("../../../blobs/") == true)
    #expect(try fixture.read(path) == Array("onnx".utf8))
  }

  @Test func `where links are off the snapshot holds copies`() throws {
    let hub = LocalHub(files)
    defer { withExtendedLifetime(hub) {} }
    var settings = settings(hub)
    settings.usesLinks = false
    try HubDownload(try model(), settings: settings).run()
    let path = "\(repository)/snapshots/\(LocalHub.commit)/model.safetensors"
    #expect(link(path) == nil)
    #expect(try fixture.read(path) == weights)
  }

  // MARK: Which files

  @Test func `without safetensors PyTorch's weights are fetched`() throws {
    var files = files
    files["model.safetensors"] = nil
    #expect(
      try download(LocalHub(files)).files == ["config.json", "vocab.txt", "pytorch_model.bin"])
  }

  @Test func `shards come with their index, and not beside the whole file`() throws {
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    let sharded = shards + ["model.safetensors.index.json", "pytorch_model.bin", "config.json"]
    #expect(
      try FileSelection.files(of: sharded, patterns: [], model: "m")
        == ["config.json", "model.safetensors.index.json"] + shards)
    #expect(
      try FileSelection.files(of: sharded + ["model.safetensors"], patterns: [], model: "m")
        == ["config.json", "model.safetensors"])
  }

  @Test func `patterns that match nothing say what there is`() throws {
    let error = #expect(throws: HubError.self) {
      try download(LocalHub(files), patterns: ["*.gguf"])
    }
    #expect(error?.description.contains("no file matches *.gguf; it has .gitattributes") == true)
  }

  @Test(arguments: ["../../evil.json", "/etc/passwd", "a//b", "."])
  func `a name that leads out of the cache is refused`(name: String) throws {
    var files = files
    files[name] = [1]
    #expect(throws: HubError.unsafeName(model: "org/tiny", file: name)) {
      try download(LocalHub(files))
    }
  }

  // MARK: Interruptions

  @Test func `a connection that is cut is resumed where it broke off`() throws {
    let hub = LocalHub(files, faults: .init(cuts: [70_000, 30_000]))
    try download(hub)
    #expect(hub.ranges == [nil, "bytes=70000-", "bytes=100000-"])
    #expect(try fixture.read(blob) == weights)
  }

  @Test func `a connection that is always cut keeps what has come for the next time`() throws {
    let cuts = [70_000] + [Int](repeating: 0, count: 4)
    let hub = LocalHub(files, faults: .init(cuts: cuts))
    let error = #expect(throws: HubError.self) { try download(hub) }
    guard case .brokenOff("model.safetensors", 70_000, weights.count, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try fixture.read(blob + ".incomplete").count == 70_000)
    #expect(access(fixture.path("\(repository)/refs/main"), F_OK) != 0)
    try download(hub)
    #expect(hub.ranges.last == "bytes=70000-")
    #expect(try fixture.read(blob) == weights)
  }

  private func leave(_ bytes: [UInt8]) throws {
    for folder in ["cache", repository, "\(repository)/blobs"] {
      mkdir(fixture.path(folder), 0o755)
    }
    try fixture.write(blob + ".incomplete", bytes)
  }

  @Test func `a damaged rest of an earlier download is fetched from the start`() throws {
    try leave([UInt8](repeating: 7, count: 100))
    let hub = LocalHub(files)
    try download(hub)
    #expect(hub.ranges == ["bytes=100-", nil])
    #expect(try fixture.read(blob) == weights)
  }

  @Test func `a rest that is longer than the file is thrown away`() throws {
    try leave(weights + [1])
    try download(LocalHub(files))
    #expect(try fixture.read(blob) == weights)
  }

  @Test func `a complete rest needs no request`() throws {
    try leave(weights)
    let hub = LocalHub(files)
    try download(hub)
    #expect(hub.ranges == [])
    #expect(try fixture.read(blob) == weights)
  }

  @Test func `a server without parts of files sends the whole`() throws {
    try leave(Array(weights.prefix(1000)))
    try download(LocalHub(files, faults: .init(ignoresRanges: true)))
    #expect(try fixture.read(blob) == weights)
  }

  @Test func `a file with another hash than announced is removed`() throws {
    let announced = String(repeating: "ab", count: 32)
    let hub = LocalHub(files, faults: .init(hash: announced))
    #expect(
      throws: HubError.wrongHash(
        file: "model.safetensors", expected: announced, found: LocalHub.sha256(weights))
    ) { try download(hub) }
    let blobs = try fixture.entries("\(repository)/blobs")
    #expect(!blobs.contains { $0.hasPrefix(announced) })
  }

  @Test func `two downloads at once both end with the whole file`() throws {
    let hub = LocalHub(files, faults: .init(cuts: [70_000, 10_000, 5_000]))
    defer { withExtendedLifetime(hub) {} }
    let (settings, model) = (settings(hub), try model())
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 3) { _ in
      do {
        try HubDownload(model, settings: settings).run()
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try fixture.read(blob) == weights)
  }

  // MARK: Who may

  @Test func `the token goes to the hub and to no other host`() throws {
    let hub = LocalHub(files)
    try download(hub, token: "hf_secret")
    #expect(hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(!hub.storage.requests.isEmpty)
    #expect(hub.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func `a model that is not there may be private`() throws {
    let hub = LocalHub(files)
    let error = HubError.noModel(model: "org/other", endpoint: hub.hub.address, hasToken: false)
    #expect(throws: error) { try download(hub, "org/other") }
    #expect(error.description.contains("if it is private, put a token in HF_TOKEN"))
  }

  @Test func `a token that is not accepted is told`() throws {
    let hub = LocalHub(files, faults: .init(refusal: .init(status: 401)))
    #expect(throws: HubError.badToken(endpoint: hub.hub.address)) {
      try download(hub, token: "old")
    }
  }

  @Test func `a gated model says where to ask`() throws {
    let refusal = LoopbackServer.Answer(status: 403, headers: ["X-Error-Code": "GatedRepo"])
    let hub = LocalHub(files, faults: .init(refusal: refusal))
    #expect(
      throws: HubError.gated(model: "org/tiny", endpoint: hub.hub.address, hasToken: true)
    ) { try download(hub, token: "t") }
  }

  @Test func `a revision that is not there is named`() throws {
    #expect(throws: HubError.noRevision(model: "org/tiny", revision: "v9")) {
      try download(LocalHub(files), "org/tiny@v9")
    }
  }

  @Test func `a server in trouble is asked a few times`() throws {
    let hub = LocalHub(files, faults: .init(refusal: .init(status: 503)))
    let url = "\(hub.hub.address)/api/models/org/tiny/revision/main"
    #expect(throws: HubError.badStatus(url: url, status: 503)) { try download(hub) }
    #expect(hub.hub.requests.count == 5)
  }

  @Test func `a server that is no hub is told`() throws {
    let hub = LocalHub(files, faults: .init(refusal: .init(body: Array("<html>".utf8))))
    let error = #expect(throws: HubError.self) { try download(hub) }
    #expect(error?.description.contains("the answer is no description of a model") == true)
  }

  @Test func `offline nothing is asked`() throws {
    let hub = LocalHub(files)
    var settings = settings(hub)
    settings.isOffline = true
    #expect(throws: HubError.offline(model: "org/tiny")) {
      try HubDownload(try model(), settings: settings).run()
    }
    #expect(hub.hub.requests.isEmpty)
  }

  @Test func `a hub that cannot be reached is told`() throws {
    // Nobody listens on port 1, and no other test can get it.
    let address = "http://127.0.0.1:1"
    let settings = HubSettings(
      Environment(["HF_ENDPOINT": address, "HF_HUB_CACHE": fixture.path("cache")]))
    let error = #expect(throws: HubError.self) {
      try HubDownload(try model(), settings: settings).run()
    }
    guard case .unreachable(address, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `an endpoint that is no address is told`() throws {
    let settings = HubSettings(Environment(["HF_ENDPOINT": "huggingface.co"]))
    #expect(throws: HubError.badEndpoint(endpoint: "huggingface.co")) {
      try HubDownload(try model(), settings: settings)
    }
  }

  @Test func `a folder that cannot be made is told`() throws {
    try fixture.write("cache", "a file")
    let error = #expect(throws: HubError.self) { try download(LocalHub(files)) }
    #expect(error?.description.contains("choose another cache with HF_HUB_CACHE") == true)
  }

  // MARK: Parts

  @Test(arguments: [
    ("/api/x", "https://a.b:8/api/x"), ("https://c.d/e", "https://c.d/e"),
    ("//c.d/e", "https://c.d/e"), ("e?f=g", "https://a.b:8/m/e?f=g"),
  ])
  func `redirects are resolved against the address`(location: String, address: String) {
    #expect(HubClient.resolved(location, from: "https://a.b:8/m/n?q=/r") == address)
  }

  @Test func `an address that only looks like the hub's has another origin`() {
    let origin = HubClient.origin(of: "https://huggingface.co")
    #expect(HubClient.origin(of: "HTTPS://HuggingFace.co/a/b") == origin)
    for other in [
      "http://huggingface.co", "https://huggingface.co:444/", "https://huggingface.co.evil.com/",
      "https://huggingface.co@evil.com/", "https://evil.com/huggingface.co",
    ] { #expect(HubClient.origin(of: other) != origin) }
  }

  @Test(arguments: [
    (0, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
    (6, "d43e6e83345438787f245d7976e872ebf6f9eb46"),
    (55, "9525d86f397cdc2c5a3672bf546c184250c8a02d"),
    (56, "ce6d37c86555d38f5461afbe7f0b0f3373519a72"),
    (57, "594cf8a3966f3b4fc9569bd0f9f4003650683f3d"),
    (119, "67df9f475df2b7188731620c616cf0d720bea7b5"),
    (120, "a25f33861947add5c0538d887432c082b0f6f04e"),
    (200, "631c4448fe06b510d5260696d24533348343aa6f"),
    (1000, "5bab7ca2f00700d948876448fd735ee860246ef4"),
  ])
  func `git hashes agree with git's`(count: Int, hash: String) {
    #expect(LocalHub.gitHash((0..<count).map { UInt8($0 % 251) }) == hash)
  }
}
