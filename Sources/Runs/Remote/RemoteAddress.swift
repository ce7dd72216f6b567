import Foundation

/// A machine with runs, as `[USER@]HOST:[PATH]`.
package struct RemoteAddress: Sendable, Hashable, CustomStringConvertible {
  /// `[USER@]HOST`, as ssh takes it: a host's name, or an alias of the user's configuration.
  package let target: String
  /// Runs or a run on that machine; nil for its user's usual place.
  package let path: String?

  /// Why a text is no address, in one sentence.
  package struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
  }

  package init(_ text: String) throws(Malformed) {
    let (target, rest): (Substring, Substring?)
    if let close = text.firstIndex(of: "]"), text.contains("[") {
      // An address of IPv6 has colons of its own.
      let after = text.index(after: close)
      target = text[..<after]
      rest = text[after...].first == ":" ? text[after...].dropFirst() : nil
    } else {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      target = parts[0]
      rest = parts.count > 1 ? parts[1] : nil
    }
    guard let rest else {
      throw Malformed(
        description:
          "\(text) is no machine: write HOST: with a colon, and a folder behind it where "
          + "the runs are not in the usual place.")
    }
    let host = target.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let isClean = target.unicodeScalars.allSatisfy {
      !$0.properties.isWhitespace && $0.properties.generalCategory != .control
    }
    guard !host.isEmpty, !target.hasPrefix("-"), !target.hasPrefix("@"), isClean else {
      throw Malformed(description: "\(text) names no host: write [USER@]HOST:[PATH].")
    }
    guard !rest.contains(where: { $0 == "\0" || $0.isNewline }) else {
      throw Malformed(description: "\(target): a path of several lines is no path.")
    }
    self.target = target.filter { $0 != "[" && $0 != "]" }
    path = rest.isEmpty ? nil : String(rest)
  }

  package var description: String { target + ":" + (path ?? "") }

  /// The host alone.
  package var host: String { target.split(separator: "@").last.map(String.init) ?? target }
}
