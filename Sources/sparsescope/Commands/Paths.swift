import ArgumentParser
import Checkpoints
import Foundation

/// Prints every path that the program uses.
struct Paths: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print every path that is in use.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var paths: [(name: String, path: String)] = [
      ("embedded model", try Resources.folder("vit-digits").path),
      ("embedded data", try Resources.folder("digits").path),
    ]
    if let memory = ExplorerMemoryFile.standard {
      paths.append(("explorer's memory", memory.url.path))
    }
    for (index, folder) in ThemeSource(folder: nil).folders.enumerated() {
      paths.append(("themes \(index + 1)", folder.path))
    }
    if let store = try? RunPlaces.store(), let index = try? RunPlaces.indexFile() {
      paths += [("runs", store.folder), ("index of runs", index)]
    }
    if let file = RunPlaces.calibrationFile() { paths.append(("measured kernels", file)) }
    paths.append(("Hugging Face cache", HubCache().folder))
    if json {
      return try JSONOutput.print(
        Dictionary(uniqueKeysWithValues: paths.map { ($0.name, $0.path) }))
    }
    for (name, path) in paths {
      let note = FileManager.default.fileExists(atPath: path) ? "" : "  (not there)"
      print(name.padding(toLength: 19, withPad: " ", startingAt: 0) + path + note)
    }
  }
}
