/// Which hub to download from, into which cache, and as whom.
package struct HubSettings: Sendable {
  package var cache: HubCache
  /// The hub's address without a slash at the end.
  package var endpoint: String
  /// What shows who is asking; sent to the endpoint's own host and to no other.
  package var token: String?
  package var isOffline: Bool
  /// Whether snapshots link to blobs; else they hold copies.
  package var usesLinks: Bool
  /// Seconds after which a silent connection is given up.
  var patience = 30
  /// Seconds before the first repetition of a request that broke off; doubled each time.
  var retryDelay = 1.0
  /// Files that are fetched at the same time.
  var parallelFiles = 4

  /// What the environment says: `HF_ENDPOINT`, `HF_HUB_OFFLINE` (or `TRANSFORMERS_OFFLINE`),
  /// `HF_HUB_DISABLE_SYMLINKS`, the variables of the cache, and the token: `HF_TOKEN`, else in the
  /// file `HF_TOKEN_PATH`, else in `token` in `HF_HOME`.
  package init(_ environment: Environment = Environment()) {
    cache = HubCache(environment)
    var endpoint = environment.value("HF_ENDPOINT") ?? "https://huggingface.co"
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    isOffline = environment.isOn("HF_HUB_OFFLINE") || environment.isOn("TRANSFORMERS_OFFLINE")
    usesLinks = !environment.isOn("HF_HUB_DISABLE_SYMLINKS")
    token =
      Self.token(environment.value("HF_TOKEN"))
      ?? Self.token(
        inFile: environment.path("HF_TOKEN_PATH") ?? environment.huggingFaceHome + "/token")
  }

  /// The token without what editors and shells add; nil when nothing is left, or a line break would
  /// start another header.
  private static func token(_ text: String?) -> String? {
    let token = (text ?? "").split(whereSeparator: \.isWhitespace)
    return token.count == 1 ? String(token[0]) : nil
  }

  private static func token(inFile path: String) -> String? {
    guard let file = try? MappedFile(path: path), file.bytes.count <= 4096 else { return nil }
    return file.withBytes { token(String(decoding: $0, as: UTF8.self)) }
  }
}
