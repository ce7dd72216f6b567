import ArgumentParser
import Canvas
import Foundation

/// Lists the themes.
struct Themes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the themes, and say what is wrong with files that are none.")

  @Option(
    help: ArgumentHelp("Search this folder first.", valueName: "folder"), completion: .directory)
  var themeFolder: String?

  @Flag(help: "Print JSON.")
  var json = false

  private struct Entry: Encodable {
    var name: String
    var title: String
    var variant: String
    var author: String
  }

  func run() throws {
    let catalog = ThemeSource(folder: themeFolder).catalog
    for problem in catalog.problems { StandardError.write("\(problem)") }
    let entries = catalog.themes.map {
      Entry(name: $0.name, title: $0.title, variant: $0.variant.rawValue, author: $0.author)
    }
    if json { return try JSONOutput.print(entries) }
    let width = entries.map(\.name.count).max() ?? 0
    for entry in entries {
      print(
        entry.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
          + entry.variant.padding(toLength: 7, withPad: " ", startingAt: 0) + entry.title)
    }
  }
}
