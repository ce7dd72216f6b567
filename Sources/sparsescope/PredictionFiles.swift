import ArgumentParser
import Checkpoints
import Engine
import Experiments
import Foundation

/// Where the predictions of measured levels go.
struct PredictionFiles {
  /// The file of a single level; several have the level before the extension.
  let path: String

  /// Says before anything is computed that nothing could be written.
  func validate() throws {
    var isFolder: ObjCBool = false
    let folder = URL(filePath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else { throw ValidationError("--predictions \(path): there is no folder \(folder).") }
    do {
      _ = try OutputFile.target(of: path)
    } catch {
      throw ValidationError("--predictions \(error).")
    }
  }

  /// Writes a file for each point, each at once complete.
  func write(
    _ points: [CurvePoint], of identity: CurveIdentity, from evaluator: any PredictionRecording
  ) throws {
    for point in points {
      let request = identity.request(at: point.level.fraction)
      guard let data = try evaluator.predictionFile(at: request, first: point.scores.count) else {
        continue
      }
      try OutputFile.write(data, to: points.count == 1 ? path : self.path(of: point.level))
    }
  }

  /// `answers-0.5.json` for `answers.json` at 50 %.
  func path(of level: SparsityLevel) -> String {
    let file = URL(filePath: path)
    let fraction = String(format: "%g", level.fraction)
    let name = file.deletingPathExtension().lastPathComponent + "-\(fraction)"
    let folder = path.dropLast(file.lastPathComponent.count)
    return folder + (file.pathExtension.isEmpty ? name : "\(name).\(file.pathExtension)")
  }
}
