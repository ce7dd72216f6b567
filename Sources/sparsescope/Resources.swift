import Foundation

/// Finds what comes with the program: the embedded model, its data and the themes.
enum Resources {
  /// SwiftPM's folder of resources, which lies beside the program.
  private static let bundleName = "sparsescope_sparsescope.resources"

  /// The folder of a resource.
  ///
  /// - Throws: `CommandError` when the folder that belongs beside the program is not there.
  static func folder(_ name: String) throws(CommandError) -> URL {
    // The real place of the program, so that a link to it from a folder on the PATH works.
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let folder = program.deletingLastPathComponent().appendingPathComponent(bundleName)
      .appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw CommandError(
        "\(folder.path) is missing; keep the folder \(bundleName) beside the program.")
    }
    return folder
  }
}
