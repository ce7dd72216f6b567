import Foundation

/// How many processors this process may use.
package enum ProcessorCount {
  package static let available = max(1, ProcessInfo.processInfo.activeProcessorCount)
}
