import CCurl

/// What a hub says about a model and its files, and the files themselves.
///
/// Source: the Hub's API as huggingface_hub uses it.
struct HubClient: Sendable {
  let settings: HubSettings

  /// The commit of a revision, and the names of the files in it.
  struct Listing: Equatable {
    var commit: String
    var files: [String]
  }

  /// A file as its address in the hub describes it.
  struct FileDescription: Equatable {
    /// Names the contents: a SHA-256 of 64 digits, a git hash of 40, or whatever the server likes.
    var etag: String
    /// Bytes; nil where the server does not say.
    var size: Int?
  }

  /// A file's bytes, from an offset on.
  struct Piece {
    var bytes: UnsafeRawBufferPointer
    var offset: Int
  }

  init(_ settings: HubSettings) throws(HubError) {
    if let reason = transfer_load() { throw .noLibrary(reason: String(cString: reason)) }
    guard Self.origin(of: settings.endpoint) != nil else {
      throw .badEndpoint(endpoint: settings.endpoint)
    }
    self.settings = settings
  }

  /// Asks which files a model has at its revision.
  func listing(of model: ModelID) throws(HubError) -> Listing {
    let url =
      "\(settings.endpoint)/api/models/\(model.name)/revision/"
      + Self.encoded(model.revision, keeping: "")
    var body: [UInt8] = []
    // A listing of a million files is some megabytes; more is not a listing.
    let answer = try request(url, model: model, file: nil) { _, bytes in
      body.append(contentsOf: bytes)
      return body.count < 64 << 20
    }
    guard answer.status == 200 else { throw failure(answer, url, model, file: nil) }
    let json = body.withUnsafeBytes { try? JSONValue(parsing: $0) }
    guard let commit = json?["sha"]?.string, HubCache.isCommit(commit),
      let siblings = json?["siblings"]?.array
    else { throw .badAnswer(url: url, reason: "the answer is no description of a model") }
    return Listing(commit: commit, files: siblings.compactMap { $0["rfilename"]?.string })
  }

  /// Asks for a file's hash and size.
  func describe(
    _ file: String, of model: ModelID, at commit: String
  ) throws(HubError) -> FileDescription {
    let url = address(of: file, model, commit)
    let answer = try request(url, model: model, file: file, headOnly: true)
    let isElsewhere = (300..<400).contains(answer.status)
    guard answer.status == 200 || isElsewhere else {
      throw failure(answer, url, model, file: file)
    }
    let tag = Self.unquoted(answer.headers["x-linked-etag"] ?? answer.headers["etag"] ?? "")
    // It becomes a file's name in the cache.
    guard !tag.isEmpty, !tag.hasPrefix("."), !tag.contains("/"), !tag.contains("\0") else {
      throw .badAnswer(url: url, reason: "the answer has no usable ETag")
    }
    // The length of a redirect's answer is its own.
    let size =
      answer.headers["x-linked-size"]
      ?? (isElsewhere ? nil : answer.headers["content-length"])
    return FileDescription(etag: tag, size: size.flatMap { Int($0) })
  }

  /// Fetches a file from an offset on.
  ///
  /// - Parameter receive: is given the pieces, the first of them at `offset`, or at 0 where the
  ///   server does not do parts; false ends the transfer.
  /// - Returns: whether the server has nothing from that offset on, because the file is shorter.
  /// - Throws: `HubError.brokenOff` when the connection was lost; then it may be asked again.
  func fetch(
    _ file: String, of model: ModelID, at commit: String, from offset: Int,
    receive: @escaping (Piece) -> Bool
  ) throws(HubError) -> Bool {
    let url = address(of: file, model, commit)
    var position = offset
    var isFirst = true
    var isOtherPart = false
    let range = offset > 0 ? ["Range: bytes=\(offset)-"] : []
    let answer = try request(url, model: model, file: file, headers: range) { answer, bytes in
      if isFirst {
        isFirst = false
        if answer.status == 200 { position = 0 }
        let start = answer.headers["content-range"] ?? "bytes 0-"
        isOtherPart = answer.status == 206 && !start.hasPrefix("bytes \(offset)-")
      }
      guard !isOtherPart else { return true }
      let piece = Piece(bytes: bytes, offset: position)
      position += bytes.count
      return receive(piece)
    }
    switch answer.status {
    case 200: return false
    case 206:
      guard !isOtherPart else {
        throw .badAnswer(url: url, reason: "the answer is another part of the file")
      }
      return false
    case 416: return true
    default: throw failure(answer, url, model, file: file)
    }
  }

  // MARK: Requests

  /// Makes a request and follows its redirects: all for a body, for a description only those that
  /// stay on the host, because only the hub's own answer has the file's hash.
  private func request(
    _ url: String, model: ModelID, file: String?, headers: [String] = [], headOnly: Bool = false,
    receive: @escaping (HTTPExchange, UnsafeRawBufferPointer) -> Bool = { _, _ in true }
  ) throws(HubError) -> (status: Int, headers: [String: String]) {
    var url = url
    var linked: [String: String] = [:]
    for _ in 0..<10 {
      let answer = try exchange(url, file: file, headers: headers, headOnly: headOnly, receive)
      // What the hub says of the file counts more than what the host behind it says.
      linked.merge(answer.headers.filter { $0.key.hasPrefix("x-linked-") }) { first, _ in first }
      let result = (answer.status, answer.headers.merging(linked) { $1 })
      guard [301, 302, 303, 307, 308].contains(answer.status),
        let location = answer.headers["location"]
      else { return result }
      guard let next = Self.resolved(location, from: url) else {
        throw .badAnswer(url: url, reason: "the answer redirects to \(location)")
      }
      if headOnly, Self.origin(of: next) != Self.origin(of: url) { return result }
      url = next
    }
    throw .badAnswer(url: url, reason: "the answer redirects without end")
  }

  private func exchange(
    _ url: String, file: String?, headers: [String], headOnly: Bool,
    _ receive: @escaping (HTTPExchange, UnsafeRawBufferPointer) -> Bool
  ) throws(HubError) -> HTTPExchange {
    // Compressed answers would have other lengths than the file.
    var lines = headers + ["Accept-Encoding: identity"]
    if let token = settings.token, Self.origin(of: url) == Self.origin(of: settings.endpoint) {
      lines.append("Authorization: Bearer \(token)")
    }
    do {
      return try HTTPExchange.perform(
        url, headers: lines, headOnly: headOnly, patience: settings.patience
      ) { exchange, bytes in
        // The body of a redirect or of an error is of no use.
        (200..<300).contains(exchange.status) ? receive(exchange, bytes) : true
      }
    } catch {
      guard error.isBrokenOff else {
        throw .unreachable(endpoint: Self.origin(of: url) ?? url, reason: error.reason)
      }
      throw .brokenOff(file: file ?? url, received: 0, size: nil, reason: error.reason)
    }
  }

  private func failure(
    _ answer: (status: Int, headers: [String: String]), _ url: String, _ model: ModelID,
    file: String?
  ) -> HubError {
    let hasToken = settings.token != nil
    switch (answer.status, answer.headers["x-error-code"]) {
    case (_, "GatedRepo"), (403, nil):
      return .gated(model: model.name, endpoint: settings.endpoint, hasToken: hasToken)
    case (_, "RevisionNotFound"):
      return .noRevision(model: model.name, revision: model.revision)
    case (_, "RepoNotFound"):
      return .noModel(model: model.name, endpoint: settings.endpoint, hasToken: hasToken)
    case (401, _):
      return hasToken
        ? .badToken(endpoint: settings.endpoint)
        : .noModel(model: model.name, endpoint: settings.endpoint, hasToken: false)
    case (404, _):
      guard let file else {
        return .noModel(model: model.name, endpoint: settings.endpoint, hasToken: hasToken)
      }
      return .noFile(model: model.name, file: file)
    default:
      return .badStatus(url: url, status: answer.status)
    }
  }

  // MARK: Addresses

  private func address(of file: String, _ model: ModelID, _ commit: String) -> String {
    "\(settings.endpoint)/\(model.name)/resolve/\(commit)/\(Self.encoded(file, keeping: "/"))"
  }

  /// Scheme, host and port of an address, which decide who may see the token.
  static func origin(of url: String) -> String? {
    let lower = url.lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else {
      return nil
    }
    let host = lower.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
    return host.isEmpty ? nil : scheme + host
  }

  /// The address that a redirect leads to.
  static func resolved(_ location: String, from url: String) -> String? {
    if origin(of: location) != nil { return location }
    guard let origin = origin(of: url) else { return nil }
    if location.hasPrefix("//") { return origin.prefix { $0 != "/" } + location }
    if location.hasPrefix("/") { return origin + location }
    if location.contains("://") { return nil }
    let path = url.prefix { $0 != "?" && $0 != "#" }
    guard let slash = path.lastIndex(of: "/"), path.utf8.count > origin.utf8.count else {
      return "\(origin)/\(location)"
    }
    return path[...slash] + location
  }

  private static func unquoted(_ tag: String) -> String {
    var tag = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    if tag.count >= 2, tag.hasPrefix("\""), tag.hasSuffix("\"") {
      tag = tag.dropFirst().dropLast()
    }
    return String(tag)
  }

  private static func encoded(_ text: String, keeping kept: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      let character = Character(UnicodeScalar(byte))
      if byte < 0x80, character.isLetter || character.isNumber || "-._~\(kept)".contains(character)
      {
        result.append(character)
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
