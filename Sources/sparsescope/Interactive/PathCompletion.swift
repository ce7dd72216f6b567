import Foundation

/// What Tab makes of a path that is being typed.
struct PathCompletion: Sendable, Equatable {
  /// What was typed, with as much added as is certain; a folder ends in a slash.
  let text: String
  /// The names that it may go on to, where there are several.
  let candidates: [String]

  init(_ typed: String) {
    let cut = typed.lastIndex(of: "/").map { typed.index(after: $0) } ?? typed.startIndex
    let (lead, stem) = (String(typed[..<cut]), String(typed[cut...]))
    if typed == "~" {
      (text, candidates) = ("~/", [])
      return
    }
    let folder = ((lead.isEmpty ? "." : lead) as NSString).expandingTildeInPath
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasPrefix(stem) && (stem.hasPrefix(".") || !$0.hasPrefix(".")) }.sorted()
    guard let first = names.first, let last = names.last else {
      (text, candidates) = (typed, [])
      return
    }
    // Of sorted names the first and the last share what all share.
    let common = first.commonPrefix(with: last, options: .literal)
    guard names.count == 1 else {
      (text, candidates) = (lead + common, names)
      return
    }
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: folder + "/" + first, isDirectory: &isFolder)
    (text, candidates) = (lead + first + (isFolder.boolValue ? "/" : ""), [])
  }
}
