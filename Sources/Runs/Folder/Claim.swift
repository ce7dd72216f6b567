import Foundation
import Synchronization

/// The right to work on something, which one process at a time can have, on any machine that sees
/// the folder.
///
/// A claim is a file `N` in a folder of its own, N counting the holders so far. It is taken by
/// giving file N + 1 its name, which succeeds for one process only, and given back by writing
/// `released` into it; so a stale claim is taken over without a moment in which nobody, or two, hold
/// it. It is stale when its process is gone, or, where that cannot be known because it is another
/// machine's, when its file has not been touched for `patience`. Only the file server's clock
/// counts. No locks: those that need a lock service fail on many network file systems.
package final class Claim: Sendable {
  /// What stands in the file.
  package struct Holder: Sendable, Hashable, Codable {
    package var process: ProcessIdentity
    /// Seconds since 1970, UTC.
    package var since: Double
    package var released = false

    package init(process: ProcessIdentity, since: Double) {
      self.process = process
      self.since = since
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
  /// - Throws: `RunError.claimed` while another process holds it.
  package static func take(_ folder: String, for subject: String) throws(RunError) -> Claim {
    let holder = Holder(process: .current, since: Date().timeIntervalSince1970)
    while true {
      guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
        throw AtomicFile.failure(at: folder)
      }
      let last = numbers(in: folder).max() ?? 0
      if last > 0, let present = living(folder, number: last) {
        throw .claimed(path: subject, host: present.process.host, pid: present.process.pid)
      }
      let claim = Claim(folder: folder, number: last + 1, holder: holder)
      let data = try JSONText.encode(holder, at: claim.path)
      let isTaken: Bool
      do throws(RunError) {
        isTaken = try AtomicFile.writeIfAbsent(data, to: claim.path)
      } catch {
        // A process that is done may have removed the folder.
        if access(folder, F_OK) != 0 { continue }
        throw error
      }
      guard isTaken else { continue }
      // Someone may have taken and left several numbers since the folder was read.
      if claim.isSuperseded {
        unlink(claim.path)
        claim.isHeld.store(false, ordering: .relaxed)
        continue
      }
      for old in numbers(in: folder) where old < claim.number { unlink("\(folder)/\(old)") }
      return claim
    }
  }

  /// Who holds the claim of a folder; nil where nobody does.
  package static func holder(of folder: String) -> Holder? {
    numbers(in: folder).max().flatMap { living(folder, number: $0) }
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

  /// Lets others have it. The file stays, so that numbers only rise.
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
    unlink(path)
    rmdir(folder)
  }

  private var isSuperseded: Bool { (Self.numbers(in: folder).max() ?? number) > number }

  private static func numbers(in folder: String) -> [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap(Int.init)
  }

  /// The holder by a file, if it still is one.
  private static func living(_ folder: String, number: Int) -> Holder? {
    let path = "\(folder)/\(number)"
    guard let holder = try? JSONText.read(Holder.self, at: path), !holder.released else {
      return nil
    }
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
