import Foundation
import Testing

@testable import Runs

@Suite struct `A started program` {
  private func answer(
    _ words: [String], environment: [String: String?] = [:], seconds: Int? = 20,
    limit: Int = 1 << 20
  ) throws -> StartedProcess.Answer? {
    try StartedProcess.answer(
      of: words, environment: environment, seconds: seconds, limit: limit)
  }

  private func text(_ words: [String], environment: [String: String?] = [:]) throws -> String {
    let answer = try #require(try answer(words, environment: environment))
    #expect(answer.status == 0 && answer.errors.isEmpty)
    return String(decoding: answer.output, as: UTF8.self)
  }

  @Test func `gets its words as they are, without a shell`() throws {
    #expect(try text(["printf", "%s|", "$HOME; *", "it's", ""]) == "$HOME; *|it's||")
  }

  @Test func `gets no descriptor of this program but its streams`() throws {
    // Inherited, as those of a library may be.
    let descriptor = dup2(open("/dev/null", O_RDONLY), 200)
    defer { close(descriptor) }
    #expect(descriptor == 200)
    let names = try text(["ls", "/proc/self/fd"]).split(separator: "\n")
    #expect(!names.contains("200"))
    #expect(names.prefix(3) == ["0", "1", "2"])
  }

  @Test func `has no signal kept back`() throws {
    var (signals, former) = (sigset_t(), sigset_t())
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    #expect(try text(["grep", "SigBlk", "/proc/self/status"]).hasSuffix("0000000000000000\n"))
  }

  @Test func `gets and loses variables`() throws {
    setenv("SPARSESCOPE_TEST_TAKEN", "1", 1)
    let given: [String: String?] = [
      "SPARSESCOPE_TEST_TAKEN": nil, "SPARSESCOPE_TEST_GIVEN": "a=b",
    ]
    let lines = try text(["env"], environment: given).split(separator: "\n")
    #expect(lines.contains("SPARSESCOPE_TEST_GIVEN=a=b"))
    #expect(!lines.contains { $0.hasPrefix("SPARSESCOPE_TEST_TAKEN") })
  }

  @Test func `is ended where it does not end in time`() throws {
    let began = ContinuousClock.now
    #expect(try answer(["sleep", "20"], seconds: 1) == nil)
    #expect(try answer(["sh", "-c", "yes"], seconds: 1, limit: 10) == nil)
    #expect(ContinuousClock.now - began < .seconds(10))
  }

  @Test func `may say more than is kept`() throws {
    let long = try #require(try answer(["head", "-c", "300000", "/dev/zero"], limit: 1000))
    #expect(long.output.count == 1000 && long.isCut)
    let whole = try #require(try answer(["head", "-c", "300000", "/dev/zero"], limit: 300_000))
    #expect(whole.output.count == 300_000 && !whole.isCut)
  }

  @Test func `is not waited for beyond its end by what keeps its pipes open`() throws {
    let began = ContinuousClock.now
    #expect(try text(["sh", "-c", "sleep 5 & echo begun"]) == "begun\n")
    #expect(ContinuousClock.now - began < .seconds(4))
  }

  @Test func `tells how it has ended`() throws {
    #expect(try answer(["sh", "-c", "echo no >&2; exit 3"])?.status == 3)
    #expect(try answer(["sh", "-c", "echo no >&2; exit 3"])?.errors == Data("no\n".utf8))
    let killed = try #require(try answer(["sh", "-c", "kill -9 $$"]))
    #expect(killed.status == nil)
    #expect(throws: RunError.self) { try answer(["/nowhere/program"]) }
  }

  @Test func `that is detached has a session of its own and outlives a lost terminal`() throws {
    let folder = try TemporaryFolder()
    let log = "\(folder.path)/log"
    let child = try StartedProcess.startDetached(
      ["sh", "-c", "cut -d ' ' -f 6 /proc/$$/stat; kill -HUP $$; echo lives"], log: log)
    var status: Int32 = -1
    waitpid(child, &status, 0)
    #expect(status == 0)
    #expect(try String(contentsOfFile: log, encoding: .utf8) == "\(child)\nlives\n")
  }
}
