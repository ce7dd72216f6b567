import ArgumentParser
import Explorer
import Foundation
import Runs

struct RunsExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write runs for other programs.",
    discussion: """
      csv and json hold every measured point; tensorboard the losses and metrics of each cell by \
      step; svg every plot, the curves of all named runs together.
      """)

  @Argument(help: "Runs: names, unique beginnings of them, or folders.")
  var runs: [String]

  @Option(help: "csv, json, tensorboard or svg.")
  var format: RunsExportFormat

  @Option(help: "The folder to write to; it is made.", completion: .directory)
  var output: String

  @Flag(help: "Replace files that are there.")
  var overwrite = false

  @Option(help: "The theme of pictures.")
  var theme: String?

  func run() throws {
    let store = (try? RunPlaces.store()) ?? RunStore(folder: ".")
    let folders = try runs.map { try store.find($0) }
    let theme = try ThemeSource(folder: nil).theme(theme, remembered: nil)
    let folder = URL(fileURLWithPath: output).standardizedFileURL.path
    for path in try RunsExporter(folders)
      .write(format, to: folder, overwrite: overwrite, theme: theme)
    {
      print(path.printable)
    }
  }
}

extension RunsExportFormat: ExpressibleByArgument {}
