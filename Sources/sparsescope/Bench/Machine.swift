import Engine
import Foundation
import Tensors

/// What a figure was measured on.
enum Machine {
  /// The processor, as the system calls it.
  static var processor: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return
      information.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown processor"
  }

  static var description: String {
    try? BLAS.load()
    return
      "\(processor), \(ProcessorCount.available) processors, OpenBLAS kernels \(BLAS.coreName), "
      + "sparsescope \(Version.text)"
  }
}
