import ArgumentParser
import Engine
import Foundation
import Runs
import Tensors

/// With what pruned matrices are multiplied.
struct KernelOptions: ParsableArguments {
  enum Kernels: String, CaseIterable, ExpressibleByArgument {
    case auto, dense, sparse
  }

  @Option(
    help: ArgumentHelp(
      """
      With what pruned matrices are multiplied: dense, sparse, or for each what is faster here, \
      which is measured once for each shape.
      """, valueName: "auto|dense|sparse"))
  var kernels = Kernels.auto

  var choice: KernelChoice { kernels.choice }
}

extension KernelOptions.Kernels {
  var choice: KernelChoice {
    switch self {
    case .auto: .measured(.ofThisMachine)
    case .dense: .dense
    case .sparse: .sparse
    }
  }
}

extension KernelCalibration {
  /// The one of this process, kept in the cache folder.
  static let ofThisMachine = KernelCalibration(
    path: RunPlaces.calibrationFile(),
    machine: "\(Machine.processor), OpenBLAS \(BLAS.coreName), \(SparseVariant.best), "
      + "sparsescope \(Version.text)")
}

extension RunPlaces {
  /// Where it is kept which kernels are faster; nil without a home folder.
  static func calibrationFile() -> String? {
    (try? CacheFolder.url()).map { $0.appendingPathComponent("kernels.json").path }
  }
}
