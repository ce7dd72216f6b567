import Checkpoints
import Engine
import Experiments
import Explorer
import Foundation
import Runs
import Synchronization
import Tensors

/// The points of one model and task in the index of runs.
///
/// The hashes of the weights and the data are taken when the first curve is asked for. Where anything
/// fails nothing is kept: a cache is no reason not to measure.
final class PointCache: PointStore {
  private let model: OpenModel
  private let task: String
  private let examples: Int
  private let data: String?
  private let kernels: KernelOptions.Kernels
  /// nil before the first question, then what it has led to.
  private let opened = Mutex<Opened?>(nil)

  private struct Opened: Sendable {
    var index: RunIndex?
    var modelHash = ""
    var dataHash = ""
  }

  /// - Parameters:
  ///   - selection: the task's data; nil for the embedded digits.
  ///   - kernels: what the points are computed with.
  /// - Returns: nil for a model that is not measured.
  init?(
    _ model: OpenModel, _ evaluation: ModelSummary.Evaluation, _ selection: TaskSelection?,
    _ kernels: KernelOptions.Kernels
  ) {
    guard case .available(let task, let examples, _, _, _) = evaluation else { return nil }
    self.model = model
    self.task = task
    self.examples = examples
    data = selection?.data
    self.kernels = kernels
  }

  func points(of curve: CurveIdentity) -> [CurvePoint] {
    withIndex { index, opened in try index.points(of: key(of: curve, opened)) } ?? []
  }

  func store(_ point: CurvePoint, of curve: CurveIdentity) {
    withIndex { index, opened in try index.store(point, of: key(of: curve, opened)) }
  }

  @discardableResult
  private func withIndex<R>(_ body: (RunIndex, Opened) throws -> R) -> R? {
    let known = opened.withLock { opened in
      let known = opened ?? open()
      opened = known
      return known
    }
    return known.index.flatMap { try? body($0, known) }
  }

  private func open() -> Opened {
    do {
      let path = try data ?? Resources.folder("digits").path
      return Opened(
        index: try RunIndex(RunPlaces.indexFile()),
        modelHash: try model.checkpoint.contentHash() ?? "",
        dataHash: try FileHash.sha256(of: path))
    } catch {
      return Opened()
    }
  }

  private func key(of curve: CurveIdentity, _ opened: Opened) -> CurveKey {
    CurveKey(
      model: opened.modelHash, task: task, data: opened.dataHash, method: curve.method,
      excluded: curve.excluded.map { model.summary.matrices[$0].name }, examples: examples,
      dtype: Set(model.summary.matrices.map(\.dtype)).sorted().joined(separator: " "),
      numerics: "\(Self.numerics) \(kernels.rawValue)")
  }

  /// The program itself and its kernels: another build may compute other bits. What is faster here,
  /// which `auto` follows, is not told apart: it changes a level's scores by less than the level does.
  private static let numerics: String = {
    var status = stat()
    stat("/proc/self/exe", &status)
    return "\(Version.text) \(status.st_size) \(status.st_mtim.tv_sec) \(BLAS.coreName)"
  }()
}
