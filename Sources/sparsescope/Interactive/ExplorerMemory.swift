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

  init() {}

  /// Takes what can be read and passes over the rest: a memory is no reason to fail.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func selections(_ key: CodingKeys) -> [String: TaskSelection] {
      let found = try? container.decode([String: Lenient<TaskSelection>].self, forKey: key)
      return found?.compactMapValues(\.value) ?? [:]
    }
    tasks = selections(.tasks)
    models = selections(.models)
    theme = try? container.decode(String.self, forKey: .theme)
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

  /// Changes what the file holds now, which another explorer may have written meanwhile.
  func change(_ change: (inout ExplorerMemory) -> Void) throws(CommandError) {
    var memory = load()
    let before = memory
    change(&memory)
    if memory == before { return }
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try encoder.encode(memory).write(to: url, options: .atomic)
    } catch {
      throw CommandError("\(url.path) cannot be written, so the choice is forgotten at the end")
    }
  }
}
