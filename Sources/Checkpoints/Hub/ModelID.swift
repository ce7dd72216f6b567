/// A model on the Hugging Face Hub: `org/name` or `name`, and a revision of it.
package struct ModelID: Sendable, Hashable {
  /// `org/name`, or the name alone for the Hub's oldest models.
  package var name: String
  /// A branch, a tag, or a commit in full or abbreviated.
  package var revision: String

  /// Reads `org/name` or `org/name@revision`; nil when the text cannot be a model's name.
  package init?(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let components = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(components.count), components.allSatisfy(Self.isComponent),
      !Self.endings.contains(where: { parts[0].hasSuffix($0) })
    else { return nil }
    name = String(parts[0])
    revision = "main"
    if parts.count == 2, !setRevision(String(parts[1])) { return nil }
  }

  /// Takes another revision; false where it cannot be one.
  package mutating func setRevision(_ text: String) -> Bool {
    let components = text.split(separator: "/", omittingEmptySubsequences: false)
    // Each becomes a folder or a file in the cache.
    guard components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") })
    else { return false }
    revision = text
    return true
  }

  /// The repository's folder in the cache.
  var folderName: String { "models--" + name.replacing("/", with: "--") }

  private static func isComponent(_ text: Substring) -> Bool {
    guard let first = text.first, first != ".", first != "-", !text.contains("--") else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }

  /// A name with such an ending is rather a file that is not there.
  private static let endings = [".safetensors", ".json"] + PyTorchFile.suffixes
}
