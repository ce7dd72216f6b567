/// Why a model could not be downloaded; one sentence that says what to do.
package enum HubError: Error, Sendable, Equatable {
  case offline(model: String)
  case noLibrary(reason: String)
  case badEndpoint(endpoint: String)
  case unreachable(endpoint: String, reason: String)
  case noModel(model: String, endpoint: String, hasToken: Bool)
  case badToken(endpoint: String)
  case gated(model: String, endpoint: String, hasToken: Bool)
  case noRevision(model: String, revision: String)
  case noFile(model: String, file: String)
  case badStatus(url: String, status: Int)
  case badAnswer(url: String, reason: String)
  case unsafeName(model: String, file: String)
  case noMatch(model: String, patterns: [String], files: [String])
  case noWeights(model: String)
  case brokenOff(file: String, received: Int, size: Int?, reason: String)
  case wrongSize(file: String, expected: Int, found: Int)
  case wrongHash(file: String, expected: String, found: String)
  case cannotWrite(path: String, reason: String)
  case diskFull(path: String, needed: Int)
}

extension HubError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .offline(let model):
      return "\(model): not downloaded, because HF_HUB_OFFLINE is set; unset it to go online"
    case .noLibrary(let reason):
      return "downloading needs libcurl, which cannot be loaded (\(reason)); "
        + "install the package libcurl4"
    case .badEndpoint(let endpoint):
      return "HF_ENDPOINT: \(endpoint) is no address of a hub; it should look like "
        + "https://huggingface.co"
    case .unreachable(let endpoint, let reason):
      return "\(endpoint): cannot be reached (\(reason)); check the network, https_proxy and "
        + "HF_ENDPOINT"
    case .noModel(let model, let endpoint, let hasToken):
      let token =
        hasToken
        ? "if it is private, the token must have access to it"
        : "if it is private, put a token in HF_TOKEN"
      return "\(model): no such model on \(endpoint); check the name, and \(token)"
    case .badToken(let endpoint):
      return "\(endpoint): does not accept the token; make a new one in the settings there, and "
        + "put it in HF_TOKEN"
    case .gated(let model, let endpoint, let hasToken):
      let token = hasToken ? "" : ", then put a token in HF_TOKEN"
      return "\(model): its owner gives access on request; ask for it on \(endpoint)/\(model)"
        + token
    case .noRevision(let model, let revision):
      return "\(model): has no revision \(revision); give a branch, a tag or a commit"
    case .noFile(let model, let file):
      return "\(model): has no file \(file); was it removed just now? Try again"
    case .badStatus(let url, let status):
      let advice =
        status == 429 ? "too many requests: wait a while" : "try again later, or check HF_ENDPOINT"
      return "\(url): the server answered \(status); \(advice)"
    case .badAnswer(let url, let reason):
      return "\(url): \(reason); is HF_ENDPOINT the address of a hub?"
    case .unsafeName(let model, let file):
      return "\(model): the server names a file \(file), which could lie outside of the cache; "
        + "nothing was downloaded"
    case .noMatch(let model, let patterns, let files):
      return "\(model): no file matches \(patterns.joined(separator: ", ")); it has "
        + files.prefix(12).joined(separator: ", ") + (files.count > 12 ? ", …" : "")
    case .noWeights(let model):
      return "\(model): has neither safetensors nor pytorch_model.bin; name what to fetch with "
        + "--include"
    case .brokenOff(let file, let received, let size, let reason):
      let all = size.map { " of \($0)" } ?? ""
      return "\(file): the connection broke off after \(received)\(all) bytes (\(reason)); "
        + "run the command again to go on from there"
    case .wrongSize(let file, let expected, let found):
      return "\(file): has \(found) bytes where the server announced \(expected); "
        + "it was removed: try again"
    case .wrongHash(let file, let expected, let found):
      return "\(file): its hash is \(found) where the server announced \(expected); "
        + "it was removed: try again"
    case .cannotWrite(let path, let reason):
      return "\(path): cannot be written (\(reason)); choose another cache with HF_HUB_CACHE"
    case .diskFull(let path, let needed):
      return "\(path): the disk is full (\(needed) more bytes needed); free some space, or choose "
        + "another cache with HF_HUB_CACHE"
    }
  }
}
