import Foundation
import Testing

@Suite struct `--kernels` {
  private func points(_ kernels: String, cache: String) throws -> [[String: Any]] {
    let result = try Program.run(
      ["evaluate", "--sparsity", "0,0.5,0.9", "--kernels", kernels, "--json"],
      environment: ["XDG_CACHE_HOME": cache])
    let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require((report as? [String: Any])?["points"] as? [[String: Any]])
  }

  @Test func `changes what is multiplied by, not what comes out`() throws {
    let folder = try TemporaryFolder()
    let dense = try points("dense", cache: folder.path("cache"))
    let sparse = try points("sparse", cache: folder.path("cache"))
    #expect(dense.map { $0["sparse_matrices"] as? Int } == [0, 0, 0])
    #expect(sparse.map { $0["sparse_matrices"] as? Int } == [0, 24, 24])
    #expect(sparse.map { $0["score"] as? Double } == dense.map { $0["score"] as? Double })
    #expect(sparse.allSatisfy { ($0["examples_per_second"] as? Double ?? 0) > 0 })
    #expect(sparse[2]["speedup"] as? Double ?? 0 > 0)
    #expect(sparse[0]["speedup"] == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.path("cache")), "nothing was measured")
  }

  @Test func `auto measures once, and chooses the same from then on`() throws {
    let folder = try TemporaryFolder()
    let cache = folder.path("cache")
    let first = try points("auto", cache: cache)
    let file = "\(cache)/sparsescope/kernels.json"
    let kept = try String(contentsOfFile: file, encoding: .utf8)
    #expect(kept.contains("\"machine\""))
    let second = try points("auto", cache: cache)
    #expect(
      second.map { $0["sparse_matrices"] as? Int } == first.map { $0["sparse_matrices"] as? Int })
    #expect(try String(contentsOfFile: file, encoding: .utf8) == kept)
    let paths = try Program.run(["paths"], environment: ["XDG_CACHE_HOME": cache])
    #expect(paths.output.contains(file))
  }

  @Test func `refuses what is none of them`() throws {
    let result = try Program.run(["evaluate", "--kernels", "fast"])
    #expect(result.status == 2)
    #expect(result.errors.contains("auto"))
  }
}
