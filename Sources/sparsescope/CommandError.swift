import Foundation

/// A failure that is told to the person as it is: exit status 1.
struct CommandError: LocalizedError, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  var errorDescription: String? { description }
}
