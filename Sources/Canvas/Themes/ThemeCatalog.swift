import Foundation

/// The themes that can be chosen: the built-in one, then those of folders.
package struct ThemeCatalog: Sendable {
  /// All themes by name, the built-in one first.
  package private(set) var themes: [Theme]
  /// Files that are no themes; they do not stop the others.
  package private(set) var problems: [ThemeError]

  /// Reads the folders; of two themes of one name that of the earlier folder counts.
  ///
  /// A folder that is not there is no problem: nobody has to have one.
  package init(folders: [URL] = []) {
    var found: [String: Theme] = [:]
    problems = []
    for folder in folders {
      let files =
        (try? FileManager.default.contentsOfDirectory(
          at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)) ?? []
      for file in files.sorted(by: { $0.path < $1.path })
      where ["yaml", "yml"].contains(file.pathExtension.lowercased()) {
        do {
          let theme = try ThemeFile.read(file)
          if found[theme.name] == nil { found[theme.name] = theme }
        } catch {
          problems.append(error)
        }
      }
    }
    let standard = found.removeValue(forKey: Theme.standard.name) ?? .standard
    themes = [standard] + found.values.sorted { $0.name < $1.name }
  }

  /// The folders in the order in which they are searched: custom, the user's, shipped.
  ///
  /// - Parameters:
  ///   - custom: a folder that the person named.
  ///   - environment: where `XDG_CONFIG_HOME` and `HOME` are looked up.
  ///   - shipped: the folder that comes with the program.
  package static func searchFolders(
    custom: URL? = nil, environment: [String: String], shipped: URL? = nil
  ) -> [URL] {
    [custom, userFolder(environment: environment), shipped].compactMap { $0 }
  }

  /// `$XDG_CONFIG_HOME/sparsescope/themes`, by default below `~/.config`; nil without a home.
  package static func userFolder(environment: [String: String]) -> URL? {
    func folder(_ variable: String) -> URL? {
      // The XDG specification: a path that is not absolute is to be ignored.
      environment[variable].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
    }
    let config = folder("XDG_CONFIG_HOME") ?? folder("HOME")?.appendingPathComponent(".config")
    return config?.appendingPathComponent("sparsescope/themes")
  }

  /// The theme of that name, or that of a file when the name is a path.
  ///
  /// - Throws: `ThemeError.unknownName` with the names there are, or what is wrong with the file.
  package func theme(named name: String) throws(ThemeError) -> Theme {
    if let theme = themes.first(where: { $0.name == name }) { return theme }
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return try ThemeFile.read(URL(fileURLWithPath: name))
    }
    throw .unknownName(name, known: themes.map(\.name))
  }
}
