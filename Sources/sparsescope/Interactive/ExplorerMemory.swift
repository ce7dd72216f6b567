import Dispatch
import Explorer
import Foundation

/// What the explorer keeps from one session to the next.
struct ExplorerMemory: Codable, Equatable, Sendable {
  /// The data that each task was last measured on, by the task's name.
  var tasks: [String: TaskSelection] = [:]
  /// The task that each model was last measured on, by the model's path.
  var models: [String: TaskSelection] = [:]
  /// The name of the theme that was chosen last.
  var theme: String?
  /// How each model was looked at last, by the model's path.
  var views: [String: ExplorerView] = [:]
  /// The path of the model that was looked at last.
  var lastModel: String?
  /// How the runs were looked at last.
  var runs: RunsViewState?

  init() {}

  /// What the model that comes with the program is called in place of a path.
  static let embedded = "embedded"

  /// Takes what can be read and passes over the rest: a memory is no reason to fail.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func entries<Value: Decodable>(_ key: CodingKeys) -> [String: Value] {
      let found = try? container.decode([String: Lenient<Value>].self, forKey: key)
      return found?.compactMapValues(\.value) ?? [:]
    }
    tasks = entries(.tasks)
    models = entries(.models)
    views = entries(.views)
    theme = try? container.decode(String.self, forKey: .theme)
    lastModel = try? container.decode(String.self, forKey: .lastModel)
    runs = try? container.decode(RunsViewState.self, forKey: .runs)
  }

  mutating func remember(_ selection: TaskSelection, for model: OpenModel) {
    if selection.data != nil { tasks[selection.name] = selection }
    models[model.memoryKey] = selection
  }
}

/// A value, or nil where something else stands in its place.
private struct Lenient<Value: Decodable>: Decodable {
  let value: Value?

  init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}

/// The file of the explorer's memory.
struct ExplorerMemoryFile: Sendable {
  let url: URL

  /// `$XDG_STATE_HOME/sparsescope/explorer.json`, by default below `~/.local/state`; nil without a
  /// home.
  static var standard: ExplorerMemoryFile? {
    let environment = ProcessInfo.processInfo.environment
    func folder(_ variable: String) -> URL? {
      // The XDG specification: a path that is not absolute is to be ignored.
      environment[variable].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
    }
    let state = folder("XDG_STATE_HOME") ?? folder("HOME")?.appendingPathComponent(".local/state")
    return (state?.appendingPathComponent("sparsescope/explorer.json")).map(Self.init)
  }

  /// What is remembered; nothing where the file is missing or damaged.
  func load() -> ExplorerMemory {
    guard let data = try? Data(contentsOf: url) else { return ExplorerMemory() }
    return (try? JSONDecoder().decode(ExplorerMemory.self, from: data)) ?? ExplorerMemory()
  }

  /// The file itself where `url` is a link to it, as people have it who keep their settings in one
  /// place: the link is to stay. The file need not exist yet.
  private var target: URL {
    var target = url
    // A chain that does not end is cut where Linux cuts it: such a link is of no use to anybody.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target.path)
      else { break }
      target =
        URL(
          fileURLWithPath: next, relativeTo: target.deletingLastPathComponent()
        ).absoluteURL
    }
    return target
  }

  /// Changes what the file holds now, which another explorer may have written meanwhile.
  func change(_ change: (inout ExplorerMemory) -> Void) throws(CommandError) {
    do {
      let target = target
      let folder = target.deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let lock = Self.lock(folder.path)
      defer { close(lock) }
      var memory = load()
      let before = memory
      change(&memory)
      if memory == before { return }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(memory).write(to: target, options: .atomic)
    } catch {
      throw CommandError("\(url.path) cannot be written, so the choice is forgotten at the end")
    }
  }

  /// Keeps other explorers from writing between our reading and writing.
  ///
  /// - Returns: a descriptor that holds the lock until it is closed; without one where the file system
  ///   knows no locks, or somebody holds it for long: then the last to write wins.
  private static func lock(_ folder: String) -> Int32 {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    var patience = 50
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, patience > 0 {
      usleep(2000)
      patience -= 1
    }
    return descriptor
  }

  // MARK: In the background

  private static let writing = DispatchQueue(label: "explorer's memory")

  /// Changes the file on another thread; that it cannot be written is no error here, because nobody
  /// has asked for it.
  func changeSoon(_ change: @escaping @Sendable (inout ExplorerMemory) -> Void) {
    Self.writing.async { try? self.change(change) }
  }

  /// Waits for what was to be changed so far.
  static func finishWriting() { writing.sync {} }
}
