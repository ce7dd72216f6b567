import Experiments
import Foundation
import Runs
import Testing

@Suite struct `A run's folder` {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/run" }

  init() throws { folder = try TemporaryFolder() }

  @Test func `is made whole and opens again`() throws {
    let made = try RunFixture.make(path)
    let opened = try RunFolder.open(path)
    #expect(opened == made)
    #expect(try opened.environment().version == "0")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run"])
  }

  @Test func `is not made where something is`() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try "mine".write(toFile: path + "/file", atomically: true, encoding: .utf8)
    #expect(throws: RunError.notEmpty(path: path)) { try RunFixture.make(path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["file"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run"])
  }

  @Test func `says what is missing in a folder that is no run`() throws {
    #expect(throws: RunError.notARun(path: path, reason: "there is nothing")) {
      try RunFolder.open(path)
    }
    #expect(throws: RunError.notARun(path: folder.path, reason: "it has no spec.yaml")) {
      try RunFolder.open(folder.path)
    }
    _ = try RunFixture.make(path)
    try "tasks: 7: 8".write(toFile: path + "/spec.yaml", atomically: true, encoding: .utf8)
    #expect(throws: RunError.self) { try RunFolder.open(path) }
  }

  @Test func `requests are there until they are taken back`() throws {
    let control = try RunFixture.make(path).control
    #expect(!control.isPaused && !control.isCancelled && control.workers == nil)
    try control.pause()
    try control.pause()
    try control.setWorkers(3)
    try control.setNiceness(99)
    #expect(control.isPaused && control.workers == 3 && control.niceness == 19)
    try control.resume()
    try control.resume()
    #expect(!control.isPaused)
  }

  @Test func `only complete checkpoints count, and the last two stay`() throws {
    let checkpoints = try RunFixture.make(path).checkpoints
    for step in [100, 200, 1000] {
      _ = try checkpoints.save("cell", step: step) { folder in
        try "\(step)".write(toFile: folder + "/weights", atomically: false, encoding: .utf8)
      }
    }
    struct Killed: Error {}
    #expect(throws: Killed.self) {
      try checkpoints.save("cell", step: 2000) { folder in
        try "half".write(toFile: folder + "/weights", atomically: false, encoding: .utf8)
        throw Killed()
      }
    }
    #expect(checkpoints.all(of: "cell").map(\.step) == [200, 1000])
    let latest = try #require(checkpoints.latest(of: "cell"))
    #expect(try String(contentsOfFile: latest.path + "/weights", encoding: .utf8) == "1000")
    let names = try FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints/cell")
    #expect(names.count == 2)
  }

  @Test func `runs are found by name, by a beginning that is unique, and by folder`() throws {
    let store = RunStore(folder: folder.path + "/runs")
    let first = try RunFixture.make(store.folder + "/alpha-1")
    _ = try RunFixture.make(store.folder + "/alpha-2")
    let elsewhere = try RunFixture.make(folder.path + "/elsewhere")
    try store.register(elsewhere)
    try store.register(elsewhere)
    #expect(
      store.paths.map { URL(fileURLWithPath: $0).lastPathComponent }
        == ["alpha-1", "alpha-2", "elsewhere"])
    #expect(try store.find("alpha-1") == first)
    #expect(try store.find("else").name == "elsewhere")
    #expect(try store.find(first.path) == first)
    #expect(throws: RunError.ambiguousRun(name: "alpha", candidates: ["alpha-1", "alpha-2"])) {
      try store.find("alpha")
    }
    let path = store.newPath(for: RunFixture.spec(), at: Date(timeIntervalSince1970: 0))
    #expect(path.contains("/one-shot-embedded-19"))
  }
}

@Suite struct `A claim` {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/claim" }

  init() throws { folder = try TemporaryFolder() }

  private func plant(_ process: ProcessIdentity, age: Double = 0) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let holder = Claim.Holder(process: process, since: 0)
    let file = path + "/1"
    try JSONText.encode(holder, at: file).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: file)
  }

  private var taken: Bool { (try? Claim.take(path, for: "it")) != nil }

  @Test func `is held by one at a time, and can be given back`() throws {
    let first = try Claim.take(path, for: "it")
    #expect(
      throws: RunError.claimed(
        path: "it", host: ProcessIdentity.current.host, pid: Int(getpid()))
    ) { try Claim.take(path, for: "it") }
    #expect(first.renew())
    first.release()
    #expect(Claim.holder(of: path) == nil)
    let second = try Claim.take(path, for: "it")
    #expect(!first.renew())
    #expect(second.renew())
  }

  @Test func `of many who want it at once one gets it`() throws {
    for _ in 0..<20 {
      try? FileManager.default.removeItem(atPath: path)
      // A process that is gone has left it, so all of them see a stale claim.
      var dead = ProcessIdentity.current
      dead.began -= 1
      try plant(dead)
      let path = path
      let winners = Winners()
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        if let claim = try? Claim.take(path, for: "it") { winners.add(claim) }
      }
      #expect(winners.count == 1)
    }
  }

  @Test func `is stale when its process is gone, another has its number, or the machine restarted`()
    throws
  {
    var process = ProcessIdentity.current
    try plant(process)
    #expect(!taken)
    process.began += 1
    try plant(process)
    #expect(taken)
    process = .current
    process.boot = "another"
    try? FileManager.default.removeItem(atPath: path)
    try plant(process)
    #expect(taken)
    process = .current
    process.pid = 1 << 30
    try? FileManager.default.removeItem(atPath: path)
    try plant(process)
    #expect(taken)
  }

  @Test func `of another machine is stale when it has been silent for too long`() throws {
    var process = ProcessIdentity.current
    process.host = "elsewhere"
    process.pid = 1 << 30
    try plant(process, age: Claim.patience / 2)
    #expect(!taken)
    try plant(process, age: Claim.patience * 2)
    #expect(taken)
  }

  @Test func `a file that says nothing is no claim`() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try "".write(toFile: path + "/1", atomically: true, encoding: .utf8)
    #expect(taken)
  }
}

private final class Winners: @unchecked Sendable {
  private let lock = NSLock()
  private var claims: [Claim] = []

  func add(_ claim: Claim) { lock.withLock { claims.append(claim) } }
  var count: Int { lock.withLock { claims.count } }
}
