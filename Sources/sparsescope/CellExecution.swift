import Experiments
import Runs

/// Carries out the cells of runs: the one place where runs and the engine meet.
enum CellExecution {
  /// A protocol that this build of the program cannot carry out.
  struct Unavailable: Error, CustomStringConvertible {
    var kind: ExperimentProtocol

    var description: String { "the protocol \(kind.rawValue) is not available in this build" }
  }

  /// Refuses an experiment that could not be carried out, before a folder is made for it.
  static func check(_ spec: ExperimentSpec) throws {
    throw Unavailable(kind: spec.protocol)
  }

  /// Carries out one cell.
  static func execute(_ cell: ExperimentCell, _ context: CellContext) throws -> CellResult {
    throw Unavailable(kind: context.spec.protocol)
  }
}
