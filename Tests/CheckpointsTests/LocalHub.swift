import Synchronization

@testable import Checkpoints

/// A hub with one model, `org/tiny`, that behaves as the real one does: small files come through a
/// redirect on the same host and are named by git hashes, weights lie on another host and are named
/// by SHA-256.
final class LocalHub: Sendable {
  static let commit = "0123456789abcdef0123456789abcdef01234567"

  /// How the hub misbehaves.
  struct Faults: Sendable {
    /// What the hub answers to everything.
    var refusal: LoopbackServer.Answer?
    /// What the weights' host answers to the first requests, by their number.
    var cuts: [Int] = []
    var ignoresRanges = false
    var hash: String?
  }

  let files: [String: [UInt8]]
  let hub: LoopbackServer
  let storage: LoopbackServer

  init(_ files: [String: [UInt8]], faults: Faults = Faults()) {
    self.files = files
    let cuts = Mutex(faults.cuts)
    let storage = LoopbackServer { request in
      let file = String(request.path.dropFirst())
      guard let bytes = files[file] else { return LoopbackServer.Answer(status: 404) }
      let cut = cuts.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      return Self.part(of: bytes, request, ignoresRanges: faults.ignoresRanges, cut: cut)
    }
    self.storage = storage
    let host = storage.address
    hub = LoopbackServer { request in
      if let refusal = faults.refusal { return refusal }
      return Self.answer(to: request, files, storage: host, hash: faults.hash)
    }
  }

  /// Settings that lead to this hub and to a cache in a folder.
  func settings(cache: String, token: String? = nil) -> HubSettings {
    var settings = HubSettings(Environment(["HF_ENDPOINT": hub.address, "HF_HUB_CACHE": cache]))
    settings.token = token
    settings.retryDelay = 0.001
    settings.patience = 5
    return settings
  }

  /// What was asked of the weights' host.
  var ranges: [String?] { storage.requests.map { $0.headers["range"] } }

  static func sha256(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { Checkpoint.hash($0) { false } } ?? ""
  }

  static func gitHash(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { SHA1.gitHash(of: $0) }
  }

  private static func answer(
    to request: LoopbackServer.Request, _ files: [String: [UInt8]], storage: String, hash: String?
  ) -> LoopbackServer.Answer {
    switch request.path {
    case "/api/models/org/tiny/revision/main", "/api/models/org/tiny/revision/refs%2Fpr%2F1":
      let siblings = files.keys.sorted().map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ",")
      return .init(body: Array(#"{"sha": "\#(commit)", "siblings": [\#(siblings)]}"#.utf8))
    case let path where path.hasPrefix("/api/models/org/tiny/"):
      return .init(status: 404, headers: ["X-Error-Code": "RevisionNotFound"])
    case let path where path.hasPrefix("/org/tiny/resolve/\(commit)/"):
      let file = String(path.dropFirst("/org/tiny/resolve/\(commit)/".count))
      guard let bytes = files[file] else {
        return .init(status: 404, headers: ["X-Error-Code": "EntryNotFound"])
      }
      guard isLarge(file) else {
        return .init(
          status: 307, headers: ["Location": "/small/\(file)"], body: Array("elsewhere".utf8))
      }
      return .init(
        status: 302,
        headers: [
          "Location": "\(storage)/\(file)", "X-Repo-Commit": commit, "ETag": "\"of-the-answer\"",
          "X-Linked-Etag": "\"\(hash ?? sha256(bytes))\"", "X-Linked-Size": "\(bytes.count)",
        ], body: Array("elsewhere".utf8))
    case let path where path.hasPrefix("/small/"):
      let bytes = files[String(path.dropFirst("/small/".count))] ?? []
      return .init(
        headers: ["ETag": "W/\"\(gitHash(bytes))\"", "X-Repo-Commit": commit], body: bytes)
    default:
      return .init(status: 401, headers: ["X-Error-Code": "RepoNotFound"])
    }
  }

  private static func isLarge(_ file: String) -> Bool {
    file.hasSuffix(".safetensors") || file.hasSuffix(".bin")
  }

  private static func part(
    of bytes: [UInt8], _ request: LoopbackServer.Request, ignoresRanges: Bool, cut: Int?
  ) -> LoopbackServer.Answer {
    guard !ignoresRanges, let range = request.headers["range"],
      let start = Int(range.dropFirst("bytes=".count).dropLast())
    else { return .init(body: bytes, cut: cut) }
    guard start < bytes.count else { return .init(status: 416) }
    return .init(
      status: 206,
      headers: ["Content-Range": "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"],
      body: Array(bytes[start...]), cut: cut)
  }
}
