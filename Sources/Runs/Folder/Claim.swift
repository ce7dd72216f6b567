import Foundation
import Synchronization

/// The right to work on something, which one process at a time can have, on any machine that sees
/// the folder.
///
/// A claim is a folder of files `1`, `2`, … without a gap, one for each holder so far. It is taken by
/// giving the next file its name, which succeeds for one process only, and given back by writing
/// `released` into it; so a stale claim is taken over without a moment in which nobody, or two, hold
/// it. It is stale when its process is gone, or, where that cannot be known because it is another
/// machine's, when its file has not been touched for `patience`. What an earlier start of the same
/// task of Slurm holds is stale at once, on any machine. Only the file server's clock counts, and names are looked up one by one: the listing of a folder that others change may leave
/// out what is there. No locks: those that need a lock service fail on many network file systems.
package final class Claim: Sendable {
  /// What stands in the file.
  package struct Holder: Sendable, Hashable, Codable {
    package var process: ProcessIdentity
    /// Seconds since 1970, UTC.
    package var since: Double
    package var released = false
    /// The task of Slurm that the process belongs to; nil where it belongs to none.
    package var slurm: SlurmTaskIdentity?

    package init(
      process: ProcessIdentity, since: Double, slurm: SlurmTaskIdentity? = .current
    ) {
      self.process = process
      self.since = since
      self.slurm = slurm
    }

    /// Whether another task of Slurm is the later start of this one, of which this is then gone.
    fileprivate func isSucceeded(by task: SlurmTaskIdentity?) -> Bool {
      guard let slurm, let task else { return false }
      return task.succeeds(slurm)
    }
  }

  /// Seconds without a sign of life after which another machine's claim is stale.
  package static let patience = 120.0

  private let folder: String
  private let number: Int
  private let holder: Holder
  private let isHeld = Atomic(true)

  private var path: String { "\(folder)/\(number)" }

  private init(folder: String, number: Int, holder: Holder) {
    self.folder = folder
    self.number = number
    self.holder = holder
  }

  deinit { release() }

  /// Takes the claim.
  ///
  /// - Parameters:
  ///   - folder: of this claim alone; it is made where it is missing.
  ///   - subject: what is claimed, as errors call it.
  ///   - task: the task of Slurm that the process belongs to.
  /// - Throws: `RunError.claimed` while another process holds it.
  package static func take(
    _ folder: String, for subject: String, as task: SlurmTaskIdentity? = .current
  ) throws(RunError) -> Claim {
    let holder = Holder(process: .current, since: Date().timeIntervalSince1970, slurm: task)
    while true {
      guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
        throw AtomicFile.failure(at: folder)
      }
      let last = last(in: folder)
      if last > 0, let present = living(folder, number: last, for: task) {
        throw .claimed(path: subject, host: present.process.host, pid: present.process.pid)
      }
      let path = "\(folder)/\(last + 1)"
      do throws(RunError) {
        if try AtomicFile.writeIfAbsent(try JSONText.encode(holder, at: path), to: path) {
          return Claim(folder: folder, number: last + 1, holder: holder)
        }
      } catch {
        // A process that is done may have removed the folder.
        guard access(folder, F_OK) != 0 else { throw error }
      }
    }
  }

  /// Who holds the claim of a folder; nil where nobody does.
  package static func holder(of folder: String) -> Holder? {
    let last = last(in: folder)
    return last > 0 ? living(folder, number: last, for: .current) : nil
  }

  /// When the holder of a folder's claim last gave a sign of life, by the clock of whoever keeps the
  /// folder; nil where there was no holder.
  package static func lastSign(in folder: String) -> Double? {
    modified("\(folder)/\(last(in: folder))")
  }

  /// Shows that the holder lives.
  ///
  /// - Returns: false where another process has taken the claim over.
  package func renew() -> Bool {
    guard isHeld.load(ordering: .relaxed), !isSuperseded, utimes(path, nil) == 0 else {
      return false
    }
    return true
  }

  /// Lets others have it. The files stay, because the next holder's number follows from them.
  package func release() {
    guard isHeld.exchange(false, ordering: .relaxed), !isSuperseded else { return }
    var holder = holder
    holder.released = true
    try? AtomicFile.write(json: holder, to: path)
  }

  /// Removes the claim and its folder, for good.
  ///
  /// Only where a file elsewhere says that nothing is left to work on: numbers begin anew.
  package func retire() {
    guard isHeld.exchange(false, ordering: .relaxed), !isSuperseded else { return }
    for number in (1...number).reversed() { unlink("\(folder)/\(number)") }
    rmdir(folder)
  }

  private var isSuperseded: Bool { access("\(folder)/\(number + 1)", F_OK) == 0 }

  /// The number of the last holder; 0 where there was none.
  private static func last(in folder: String) -> Int {
    var last = 0
    while access("\(folder)/\(last + 1)", F_OK) == 0 { last += 1 }
    return last
  }

  /// The holder by a file, if it still is one.
  ///
  /// - Parameter task: of whoever asks.
  private static func living(
    _ folder: String, number: Int, for task: SlurmTaskIdentity?
  ) -> Holder? {
    let path = "\(folder)/\(number)"
    guard let holder = try? JSONText.read(Holder.self, at: path), !holder.released,
      !holder.isSucceeded(by: task)
    else { return nil }
    if let isAlive = holder.process.isAlive { return isAlive ? holder : nil }
    return age(of: path, in: folder) < patience ? holder : nil
  }

  /// Seconds since a file was touched, by the clock of whoever keeps the folder.
  private static func age(of path: String, in folder: String) -> Double {
    guard let touched = modified(path) else { return .infinity }
    let probe = AtomicFile.sibling(of: path)
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    defer { unlink(probe) }
    // Who may only read has no better clock than his own.
    guard descriptor >= 0 else { return Date().timeIntervalSince1970 - touched }
    close(descriptor)
    return (modified(probe) ?? touched) - touched
  }

  private static func modified(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
  }
}
