import Foundation

/// What is watched: all runs of a folder, or one.
package enum RunsPlace: Sendable, Hashable {
  case store(RunStore)
  case run(path: String)

  /// What a person means by a path or a name.
  ///
  /// - Parameters:
  ///   - name: a folder of runs, a run's folder or its name; nil for the usual place.
  ///   - usual: where runs are kept; nil where there is no such place.
  /// - Throws: `RunError.unknownRun` and its like where there is nothing of the name.
  package init(_ name: String?, usual: RunStore?) throws(RunError) {
    guard let name else {
      guard let usual else { throw .noHome }
      self = .store(usual)
      return
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: name, isDirectory: &isFolder)
    if exists, isFolder.boolValue, !FileManager.default.fileExists(atPath: name + "/spec.yaml") {
      self = .store(RunStore(folder: URL(fileURLWithPath: name).standardizedFileURL.path))
    } else if !exists, name.contains("/") {
      throw .notARun(path: name, reason: "there is nothing")
    } else {
      self = .run(path: try (usual ?? RunStore(folder: ".")).find(name).path)
    }
  }

  package var folder: String {
    switch self {
    case .store(let store): store.folder
    case .run(let path): path
    }
  }

  /// The folders of the runs that there are now.
  package var paths: [String] {
    switch self {
    case .store(let store): store.paths
    case .run(let path):
      FileManager.default.fileExists(atPath: path + "/spec.yaml") ? [path] : []
    }
  }
}
