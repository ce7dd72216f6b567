import Experiments
import Foundation

/// One line of what a machine tells of its runs to one that watches them.
///
/// As JSON each is a flat object with `event`, and `run` where it is about one. The events of cells
/// are lines of their own, as `sparsescope events` prints them. Keys and lines may be added; a
/// reader skips what it does not know.
package enum RemoteLine: Sendable, Hashable {
  /// The number that both sides must agree on; it rises when lines change their meaning.
  package static let protocolNumber = 1

  /// The first line.
  case hello(Hello)
  /// A run that is new to the reader, or was made anew; all that was known of it is void.
  case run(Description)
  case standing(run: String, RunFacts.Standing)
  /// Files that cells keep for others have come, or gone.
  case masks(run: String, added: [String], removed: [String])
  case event(run: String, RunEvent)
  case result(run: String, CellResult)
  /// A result is gone; the message says what is wrong with one that cannot be read.
  case noResult(run: String, cell: ExperimentCell.ID, message: String?)
  case removed(run: String)
  /// What cannot be read, all of it: each time anew.
  case problems([String])
  /// Everything that there was has been told; from now on it is news.
  case current
  /// The other side lives, though nothing happens.
  case alive(time: Double)
  case unknown(name: String)

  package struct Hello: Sendable, Hashable, Codable {
    /// The program's.
    package var version: String
    package var `protocol`: Int
    package var host: String
    /// Seconds since 1970, by the clock of the machine.
    package var time: Double
    /// The folder of the runs, or of the one run.
    package var folder: String

    package init(version: String, folder: String, protocol: Int = RemoteLine.protocolNumber) {
      self.version = version
      self.folder = folder
      self.protocol = `protocol`
      host = ProcessIdentity.current.host
      time = Date().timeIntervalSince1970
    }

    private enum CodingKeys: String, CodingKey {
      case version, `protocol`, host, folder
      case time = "t"
    }
  }

  package struct Description: Sendable, Hashable, Codable {
    package var run: String
    package var path: String
    /// The specification as YAML.
    package var spec: String
    package var environment: RunEnvironment?

    package init(_ folder: RunFolder) {
      run = folder.name
      path = folder.path
      spec = SpecFile.text(of: folder.spec)
      environment = try? folder.environment()
    }
  }
}

extension RemoteLine {
  /// The line without its end.
  package func encoded() throws(RunError) -> Data {
    try JSONText.encode(self, at: "standard output")
  }

  /// nil where the line is no JSON, or not what its event promises.
  package init?(_ line: Data) {
    guard let decoded = try? JSONText.makeDecoder().decode(Self.self, from: line) else {
      return nil
    }
    self = decoded
  }
}

extension RemoteLine: Codable {
  private enum CodingKeys: String, CodingKey {
    case event, run, cell, message, messages, added, removed
    case sequence = "seq"
    case time = "t"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func run() throws -> String { try container.decode(String.self, forKey: .run) }
    let name = try container.decode(String.self, forKey: .event)
    if container.contains(.sequence) {
      self = .event(run: try run(), try RunEvent(from: decoder))
      return
    }
    switch name {
    case "hello": self = .hello(try Hello(from: decoder))
    case "run": self = .run(try Description(from: decoder))
    case "state": self = .standing(run: try run(), try RunFacts.Standing(from: decoder))
    case "masks":
      self = .masks(
        run: try run(), added: try container.decode([String].self, forKey: .added),
        removed: try container.decode([String].self, forKey: .removed))
    case "result": self = .result(run: try run(), try CellResult(from: decoder))
    case "no_result":
      self = .noResult(
        run: try run(), cell: try container.decode(String.self, forKey: .cell),
        message: try container.decodeIfPresent(String.self, forKey: .message))
    case "removed": self = .removed(run: try run())
    case "problems": self = .problems(try container.decode([String].self, forKey: .messages))
    case "current": self = .current
    case "alive": self = .alive(time: try container.decode(Double.self, forKey: .time))
    default: self = .unknown(name: name)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func write(_ event: String, run: String? = nil) throws {
      try container.encode(event, forKey: .event)
      try container.encodeIfPresent(run, forKey: .run)
    }
    switch self {
    case .hello(let hello):
      try hello.encode(to: encoder)
      try write("hello")
    case .run(let description):
      try description.encode(to: encoder)
      try write("run")
    case .standing(let run, let standing):
      try standing.encode(to: encoder)
      try write("state", run: run)
    case .masks(let run, let added, let removed):
      try write("masks", run: run)
      try container.encode(added, forKey: .added)
      try container.encode(removed, forKey: .removed)
    case .event(let run, let event):
      try event.encode(to: encoder)
      try container.encode(run, forKey: .run)
    case .result(let run, let result):
      try result.encode(to: encoder)
      try write("result", run: run)
    case .noResult(let run, let cell, let message):
      try write("no_result", run: run)
      try container.encode(cell, forKey: .cell)
      try container.encodeIfPresent(message, forKey: .message)
    case .removed(let run): try write("removed", run: run)
    case .problems(let messages):
      try write("problems")
      try container.encode(messages, forKey: .messages)
    case .current: try write("current")
    case .alive(let time):
      try write("alive")
      try container.encode(time, forKey: .time)
    case .unknown(let name): try write(name)
    }
  }
}
