/// Why a tokenizer could not be read; the message names the file and the part of it, and says what
/// to do.
package enum TokenizerError: Error, Sendable, Equatable {
  // Finding and reading files.
  case notAFolder(path: String)
  case noTokenizer(folder: String)
  case unreadable(file: String, reason: String)
  case gitLFSPointer(file: String)
  case notJSON(file: String, offset: Int, reason: String)
  case notUTF8(file: String, line: Int)

  // What the files say.
  /// The file asks for something that this program does not do.
  case unsupported(file: String, component: String, reason: String)
  /// The file lacks something, or has it in the wrong form.
  case malformed(file: String, component: String, reason: String)
  case idOutOfRange(file: String, token: String, id: String)
  case badMerge(file: String, index: Int, reason: String)
  case mergeOutOfVocabulary(file: String, index: Int, token: String)
  case tokenNotInVocabulary(file: String, component: String, token: String)
  case notSentencePiece(file: String, offset: Int, reason: String)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAFolder(let path):
      return "\(path): no such folder; give the folder that the model's files are in"
    case .noTokenizer(let folder):
      return "\(folder): no tokenizer in this folder; looked for tokenizer.json, vocab.txt, "
        + "vocab.json with merges.txt, and tokenizer.model: fetch them from where the model is from"
    case .unreadable(let file, let reason):
      return "\(file): cannot be read (\(reason)); check its permissions"
    case .gitLFSPointer(let file):
      return "\(file): is a git-LFS pointer, not the file; run `git lfs pull` in its repository"
    case .notJSON(let file, let offset, let reason):
      return "\(file): offset \(offset): not JSON (\(reason)); \(Self.fetchAgain)"
    case .notUTF8(let file, let line):
      return "\(file): line \(line): not UTF-8; \(Self.fetchAgain)"
    case .unsupported(let file, let component, let reason):
      return "\(file): \(component): \(reason); this program cannot tokenize for this model"
    case .malformed(let file, let component, let reason):
      return "\(file): \(component): \(reason); \(Self.fetchAgain)"
    case .idOutOfRange(let file, let token, let id):
      return "\(file): token \(token): id \(id) is not a whole number from 0 to "
        + "\(Vocabulary.idLimit - 1); \(Self.fetchAgain)"
    case .badMerge(let file, let index, let reason):
      return "\(file): merge \(index): \(reason); \(Self.fetchAgain)"
    case .mergeOutOfVocabulary(let file, let index, let token):
      return "\(file): merge \(index): token \(token) is not in the vocabulary; vocabulary and "
        + "merges are of different models: fetch them again"
    case .tokenNotInVocabulary(let file, let component, let token):
      return "\(file): \(component): token \(token) is not in the vocabulary; \(Self.fetchAgain)"
    case .notSentencePiece(let file, let offset, let reason):
      return "\(file): offset \(offset): not a SentencePiece model (\(reason)); \(Self.fetchAgain)"
    }
  }

  private static let fetchAgain = "the file is damaged or incomplete: fetch it again"
}
