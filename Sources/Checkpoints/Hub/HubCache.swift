import Glibc

/// The folder in which Hugging Face's libraries keep what they download.
///
/// `models--ORG--NAME/refs/REVISION` holds a commit, `snapshots/COMMIT/FILE` links to
/// `../../blobs/ETAG`. Source: the cache's description in the huggingface_hub documentation.
package struct HubCache: Sendable, Hashable {
  package var folder: String

  package init(folder: String) { self.folder = folder }

  /// The cache that the environment names: `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, else `hub` in
  /// `HF_HOME`, which is `huggingface` in `XDG_CACHE_HOME` or `~/.cache`.
  package init(_ environment: Environment = Environment()) {
    folder =
      environment.path("HF_HUB_CACHE") ?? environment.path("HUGGINGFACE_HUB_CACHE")
      ?? environment.huggingFaceHome + "/hub"
  }

  /// The repository of a model, which need not exist.
  func repository(_ model: ModelID) -> String { "\(folder)/\(model.folderName)" }

  /// The folder of a model's files at its revision.
  ///
  /// - Throws: `CheckpointError.notInCache`; `ambiguousCommit` where an abbreviation fits several.
  func snapshot(of model: ModelID) throws(CheckpointError) -> String {
    let snapshots = repository(model) + "/snapshots"
    let commit = Self.commit(inFile: "\(repository(model))/refs/\(model.revision)")
    let present = (try? ModelLocation.entries(of: snapshots)) ?? []
    if let commit, present.contains(commit) { return "\(snapshots)/\(commit)" }
    let digits = model.revision.lowercased()
    let isCommit = digits.utf8.count >= 4 && digits.utf8.allSatisfy(Self.isHexadecimal)
    let matches = isCommit ? present.filter { $0.hasPrefix(digits) } : []
    guard matches.count < 2 else {
      throw .ambiguousCommit(model: model.name, commit: digits, folder: snapshots)
    }
    guard let match = matches.first else {
      throw .notInCache(model: model, folder: folder)
    }
    return "\(snapshots)/\(match)"
  }

  private static func commit(inFile path: String) -> String? {
    // A revision such as `pr` may be a folder of revisions.
    guard let file = try? MappedFile(path: path), file.bytes.count <= 64 else { return nil }
    let text = file.withBytes { String(decoding: $0, as: UTF8.self) }
    let commit = text.filter { !$0.isWhitespace }
    return isCommit(commit) ? commit : nil
  }

  /// Whether a text is a whole commit, which makes it safe as a folder's name too.
  static func isCommit(_ text: String) -> Bool {
    text.utf8.count == 40 && text.utf8.allSatisfy(isHexadecimal)
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

/// The variables that Hugging Face's libraries read.
package struct Environment: Sendable {
  private let variable: @Sendable (String) -> String?

  /// The process's own environment.
  package init() {
    variable = { name in getenv(name).map { String(cString: $0) } }
  }

  package init(_ variables: [String: String]) {
    variable = { variables[$0] }
  }

  /// A variable's value; nil when it is not set, or empty.
  func value(_ name: String) -> String? {
    guard let value = variable(name), !value.isEmpty else { return nil }
    return value
  }

  /// A path, with the home folder in the place of `~` and without a slash at the end.
  func path(_ name: String) -> String? {
    guard var path = value(name) else { return nil }
    if path == "~" || path.hasPrefix("~/") { path = home + path.dropFirst() }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Whether a variable is 1, ON, YES or TRUE, in any case.
  func isOn(_ name: String) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains((value(name) ?? "").uppercased())
  }

  var huggingFaceHome: String {
    path("HF_HOME") ?? (path("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface"
  }

  private var home: String { value("HOME") ?? "" }
}
