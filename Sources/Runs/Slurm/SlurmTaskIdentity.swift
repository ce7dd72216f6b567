import Foundation

/// Which task of Slurm a process belongs to, and how often Slurm has started it again.
///
/// Slurm runs a task once at a time, on whatever machine: of two processes of the same task the one
/// of the earlier start is gone for certain.
package struct SlurmTaskIdentity: Sendable, Hashable, Codable {
  package var cluster: String
  /// The array's job, and the index in it.
  package var job: Int
  package var index: Int
  /// 0 at the first start.
  package var restart: Int

  package init(cluster: String, job: Int, index: Int, restart: Int) {
    self.cluster = cluster
    self.job = job
    self.index = index
    self.restart = restart
  }

  /// This process's, as Slurm has put it into the environment; nil outside of an array.
  package static let current = SlurmTaskIdentity(
    environment: ProcessInfo.processInfo.environment)

  package init?(environment: [String: String]) {
    guard let job = environment["SLURM_ARRAY_JOB_ID"].flatMap(Int.init),
      let index = environment["SLURM_ARRAY_TASK_ID"].flatMap(Int.init)
    else { return nil }
    self.init(
      cluster: environment["SLURM_CLUSTER_NAME"] ?? "", job: job, index: index,
      restart: environment["SLURM_RESTART_COUNT"].flatMap(Int.init) ?? 0)
  }

  /// Whether the other is an earlier start of the same task.
  package func succeeds(_ other: SlurmTaskIdentity) -> Bool {
    (cluster, job, index) == (other.cluster, other.job, other.index) && restart > other.restart
  }
}
