import ArgumentParser
import Canvas
import Explorer
import Foundation
import Terminal

/// How the explorer looks.
struct AppearanceOptions: ParsableArguments {
  @Option(
    help: "A theme by name (see ‘sparsescope themes’), or a base16 file; else the one chosen last.")
  var theme: String?

  @Option(
    help: ArgumentHelp("Search this folder for themes first.", valueName: "folder"),
    completion: .directory)
  var themeFolder: String?

  @Option(help: "What graphs are drawn with; by default what the locale allows.")
  var graph: GraphSymbols?

  @Option(help: "Colours to use at most; by default what NO_COLOR and the terminal say.")
  var color: ColorDepth?

  @Option(
    help: ArgumentHelp(
      "Wait so long for the rest of a key that begins with Escape; raise it on slow links.",
      valueName: "milliseconds"))
  var escapeDelay = 25

  @Flag(inversion: .prefixedNo, help: "Take mouse clicks, dragging and the wheel.")
  var mouse = true

  func validate() throws {
    if let themeFolder {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: themeFolder, isDirectory: &isFolder),
        isFolder.boolValue
      else { throw ValidationError("--theme-folder \(themeFolder) is no folder.") }
    }
    guard (0...5000) ~= escapeDelay else {
      throw ValidationError("--escape-delay \(escapeDelay) must be from 0 to 5000 milliseconds.")
    }
  }

  var terminalOptions: Terminal.Options {
    Terminal.Options(
      depth: color, symbols: graph, escapeDelay: .milliseconds(escapeDelay), usesMouse: mouse)
  }
}

extension GraphSymbols: ExpressibleByArgument {}
extension ColorDepth: ExpressibleByArgument {}

/// Where themes come from: the folder that was named, the person's own, the shipped ones.
struct ThemeSource: Sendable {
  let folders: [URL]

  init(folder: String?) {
    folders = ThemeCatalog.searchFolders(
      custom: folder.map { URL(fileURLWithPath: $0) },
      environment: ProcessInfo.processInfo.environment, shipped: try? Resources.folder("themes"))
  }

  var catalog: ThemeCatalog { ThemeCatalog(folders: folders) }

  /// The theme of a name; only the built-in one needs no file, so that starting stays quick.
  func theme(named name: String) throws -> Theme {
    if name == Theme.standard.name { return .standard }
    let catalog = catalog
    do {
      return try catalog.theme(named: name)
    } catch {
      // A file of that name that is none says more than that there is no such theme.
      throw catalog.problems.first { "\($0)".contains("/\(name).y") } ?? error
    }
  }

  /// The theme that is asked for, else the one that was chosen last, else the built-in one.
  func theme(_ name: String?, remembered: String?) throws -> Theme {
    if let name { return try theme(named: name) }
    // A theme that has been removed since is no reason not to start.
    return remembered.flatMap { try? theme(named: $0) } ?? .standard
  }

  func message() -> Message {
    let catalog = catalog
    return .themes(catalog.themes, problems: catalog.problems.map { "\($0)" })
  }
}
