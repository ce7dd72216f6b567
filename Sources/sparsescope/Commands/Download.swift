import ArgumentParser
import Checkpoints

/// Fetches a model from the Hugging Face Hub.
struct Download: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetch a model from the Hugging Face Hub into its cache.",
    discussion: """
      Afterwards ORG/NAME is given in the place of a model's folder. The cache is the one that \
      Hugging Face's libraries use: what they have fetched is not fetched again. A download that \
      broke off goes on where it was. HF_TOKEN, HF_TOKEN_PATH, HF_ENDPOINT, HF_HUB_CACHE, HF_HOME \
      and HF_HUB_OFFLINE mean what they mean there.
      """)

  @Argument(
    help: ArgumentHelp(
      "The model, such as google-bert/bert-base-uncased.", valueName: "org/name"))
  var model: String

  @Option(help: "A branch, a tag or a commit. (default: main)")
  var revision: String?

  @Option(
    help: ArgumentHelp(
      "Fetch the files that match, such as '*.json'. (default: weights, configuration, tokenizer)",
      valueName: "pattern"))
  var include: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws { _ = try modelID() }

  func run() throws {
    let progress = ProgressLine(title: "downloading", logsTenths: true)
    let result: HubDownload.Result
    do {
      result = try HubDownload(try modelID(), patterns: include).run { done in
        progress.show(
          done.done, of: done.total,
          note: "\(Self.megabytes(done.done)) of \(Self.megabytes(done.total)) MB")
      }
    } catch {
      progress.finish()
      throw error
    }
    progress.finish()
    if json {
      try JSONOutput.print(Report(result))
    } else {
      print(
        "\(result.folder): \(result.files.count) files, \(Self.megabytes(result.size)) MB, "
          + "\(Self.megabytes(result.received)) MB of them fetched now")
    }
  }

  /// The model at the revision, which may also stand behind an @.
  private func modelID() throws -> ModelID {
    guard var id = ModelID(model) else {
      throw ValidationError("\(model) is no model's name; give one such as org/name.")
    }
    if let revision, !id.setRevision(revision) {
      throw ValidationError("\(revision) is no revision; give a branch, a tag or a commit.")
    }
    return id
  }

  private static func megabytes(_ bytes: Int) -> String {
    let tenths = (bytes + 50_000) / 100_000
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10)" : grouped(tenths / 10)
  }

  /// What `download --json` prints; the keys are stable.
  private struct Report: Encodable {
    var folder: String
    var commit: String
    var files: [String]
    var bytes: Int
    var received: Int

    init(_ result: HubDownload.Result) {
      folder = result.folder
      commit = result.commit
      files = result.files
      bytes = result.size
      received = result.received
    }
  }
}
