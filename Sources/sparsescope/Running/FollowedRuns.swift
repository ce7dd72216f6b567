import Foundation
import Runs

/// `runs --follow`: lines about this machine's runs, for as long as somebody reads them.
struct FollowedRuns {
  private struct Removed: Encodable {
    var name: String
    var removed = true
  }

  private let store: RunStore
  private var feed: StateFeed
  private var runs = RemoteRuns()
  private var overviews: [String: RunOverview] = [:]

  init(_ store: RunStore) {
    self.store = store
    feed = StateFeed(.store(store))
  }

  func run(json: Bool) throws {
    signal(SIGPIPE, SIG_IGN)
    var followed = self
    var news = LocalNews(store)
    let output = PlainOutput()
    var pause = Pause()
    repeat {
      if json {
        guard try followed.printOverviews() else { return }
      } else {
        output.write(try news.next(), host: nil)
        guard try output.isOpen else { return }
      }
    } while pause.wait(milliseconds: 400)
  }

  /// Prints the runs that have changed since the last call.
  ///
  /// - Returns: false where nobody reads any more.
  private mutating func printOverviews() throws -> Bool {
    try feed.read { runs.take($0) }
    var text = Data()
    for name in runs.takeChanged().sorted() {
      guard let facts = runs[name]?.facts else {
        overviews[name] = nil
        text += try JSONOutput.line(Removed(name: name))
        continue
      }
      let overview = RunOverview(RunSummary(facts), previous: overviews[name])
      overviews[name] = overview
      text += try JSONOutput.line(overview)
    }
    return try text.isEmpty || StandardOutput.writeToReader(text)
  }
}
