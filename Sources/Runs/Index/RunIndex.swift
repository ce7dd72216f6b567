import Experiments
import Foundation
import GRDB

/// The index over all runs, and the cache of evaluated points: one SQLite file.
///
/// It holds nothing about runs that their folders do not say. Any number of processes may use it:
/// it is written ahead (WAL), and who finds it busy waits for five seconds.
package final class RunIndex: Sendable {
  package let path: String
  private let database: DatabaseQueue

  /// Opens the index, and makes it where it is missing.
  ///
  /// - Parameter isReadOnly: changes nothing; the file must be there.
  package init(_ path: String, isReadOnly: Bool = false) throws(RunIndexError) {
    self.path = path
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(5)
    if !isReadOnly {
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
      }
    }
    do {
      if !isReadOnly {
        try RunFolder.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
      }
      database = try DatabaseQueue(path: path, configuration: configuration)
      if isReadOnly {
        // A file that is no database is found out by the first read.
        try database.read { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM run") }
      } else {
        try Self.migrator.migrate(database)
      }
    } catch {
      throw RunIndexError(error, path: path)
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("runs and points") { database in
      try database.execute(
        sql: """
          CREATE TABLE run (
            path TEXT PRIMARY KEY, state TEXT NOT NULL, created REAL NOT NULL,
            overview BLOB NOT NULL);
          CREATE TABLE cell (
            run TEXT NOT NULL REFERENCES run (path) ON DELETE CASCADE, id TEXT NOT NULL,
            task TEXT NOT NULL, method TEXT, level INTEGER NOT NULL, seed TEXT NOT NULL,
            state TEXT NOT NULL, score REAL, seconds REAL,
            PRIMARY KEY (run, id)) WITHOUT ROWID;
          CREATE TABLE point (
            curve TEXT NOT NULL, level INTEGER NOT NULL, achieved REAL NOT NULL,
            pruned INTEGER NOT NULL, total INTEGER NOT NULL, scores BLOB NOT NULL,
            metrics BLOB NOT NULL, measured REAL NOT NULL,
            PRIMARY KEY (curve, level));
          """)
    }
    return migrator
  }

  /// Runs a transaction and gives SQLite's errors their meaning.
  func write<Value>(_ body: (Database) throws -> Value) throws(RunIndexError) -> Value {
    do { return try database.write(body) } catch { throw RunIndexError(error, path: path) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(RunIndexError) -> Value {
    do { return try database.read(body) } catch { throw RunIndexError(error, path: path) }
  }

  // MARK: Runs

  /// All runs, the latest first.
  package func runs() throws(RunIndexError) -> [RunOverview] {
    try read { database in
      let decoder = JSONText.makeDecoder()
      let rows = try Data.fetchAll(
        database, sql: "SELECT overview FROM run ORDER BY created DESC, path")
      return try rows.map { try decoder.decode(RunOverview.self, from: $0) }
    }
  }

  /// Puts a run's present state in its place.
  @discardableResult
  package func update(_ summary: RunSummary) throws(RunIndexError) -> RunOverview {
    let overview = RunOverview(summary)
    try write { try Self.insert(summary, overview, into: $0) }
    return overview
  }

  package func remove(runAt path: String) throws(RunIndexError) {
    try write { try $0.execute(sql: "DELETE FROM run WHERE path = ?", arguments: [path]) }
  }

  static func insert(
    _ summary: RunSummary, _ overview: RunOverview, into database: Database
  ) throws {
    let path = summary.path
    try database.execute(sql: "DELETE FROM run WHERE path = ?", arguments: [path])
    try database.execute(
      sql: "INSERT INTO run (path, state, created, overview) VALUES (?, ?, ?, ?)",
      arguments: [
        path, summary.state.rawValue, summary.created,
        try JSONText.makeEncoder().encode(overview),
      ])
    let statement = try database.makeStatement(
      sql: """
        INSERT INTO cell (run, id, task, method, level, seed, state, score, seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for cell in summary.cells {
      try statement.execute(arguments: [
        path, cell.cell.id, cell.cell.task.name, cell.cell.method?.description,
        cell.cell.level.millionths, String(cell.cell.seed), cell.state.rawValue, cell.score,
        cell.seconds,
      ])
    }
  }
}
