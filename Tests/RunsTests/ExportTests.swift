import Experiments
import Foundation
import Testing

@testable import Runs

/// A finished run whose training has been told of, and one cell more.
private func finishedRun(_ folder: TemporaryFolder) throws -> RunFolder {
  let run = try RunFixture.make("\(folder.path)/a, \"quoted\"")
  _ = try RunDriver(run).run { cell, context in
    for step in 1...3 {
      try context.record(
        .step(.init(step: step, steps: 3, loss: 1 / Double(step), learningRate: 0.001)))
    }
    return RunFixture.result(of: cell)
  }
  return run
}

@Suite struct `The table of points` {
  /// Reads comma-separated values as RFC 4180 has them.
  private func rows(_ data: Data) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    var previous: Unicode.Scalar?
    for scalar in String(decoding: data, as: UTF8.self).unicodeScalars {
      let (row, field) = (rows.count - 1, rows[rows.count - 1].count - 1)
      switch scalar {
      case "\"":
        if !isQuoted, previous == "\"" { rows[row][field].unicodeScalars.append(scalar) }
        isQuoted.toggle()
      case "," where !isQuoted: rows[row].append("")
      case "\n" where !isQuoted: rows.append([""])
      case "\r" where !isQuoted: break
      default: rows[row][field].unicodeScalars.append(scalar)
      }
      previous = scalar
    }
    return rows.filter { $0 != [""] }
  }

  @Test func `reads back from comma-separated values, digit by digit`() throws {
    let folder = try TemporaryFolder()
    let table = PointTable(RunSummary(try finishedRun(folder)))
    let read = rows(table.csv)
    #expect(read.count == 1 + table.points.count)
    let columns = Dictionary(uniqueKeysWithValues: read[0].enumerated().map { ($1, $0) })
    for (row, point) in zip(read.dropFirst(), table.points) {
      func field(_ name: String) -> String { columns[name].map { row[$0] } ?? "missing" }
      #expect(row.count == read[0].count)
      #expect(field("run") == "a, \"quoted\"")
      #expect(field("cell") == point.cell)
      #expect(Double(field("sparsity")) == point.sparsity)
      #expect(Double(field("score")) == point.score)
      #expect(Double(field("interval_high")) == point.high)
      #expect(Double(field("metric_accuracy")) == point.metrics["accuracy"])
      #expect(UInt64(field("seed")) == point.seed)
    }
  }

  @Test func `has a row for each point and its official metrics`() throws {
    let folder = try TemporaryFolder()
    let points = PointTable(RunSummary(try finishedRun(folder))).points
    #expect(
      points.map(\.method) == [
        "dense", "magnitude", "magnitude", "dense", "magnitude", "magnitude",
      ])
    #expect(points.map(\.sparsity) == [0, 0.5, 0.9, 0, 0.5, 0.9])
    #expect(points[1].score == 0.7)
    #expect(points[1].metrics == ["accuracy": 0.7])
    #expect(points[1].examples == 10)
  }

  @Test func `reads back from JSON`() throws {
    let folder = try TemporaryFolder()
    let table = PointTable(RunSummary(try finishedRun(folder)))
    let read = try JSONText.decode(PointTable.self, from: try table.json(), at: "points.json")
    #expect(read == table)
  }
}

@Suite struct `TensorBoard files` {
  @Test(arguments: [
    ("123456789", 0xE306_9283 as UInt32), ("", 0), ("a", 0xC1D0_4330),
  ])
  func `have the checksum of Castagnoli's polynomial`(text: String, checksum: UInt32) {
    #expect(CRC32C.checksum(Array(text.utf8)) == checksum)
  }

  @Test func `have the checksums of the standard's examples`() {
    // RFC 3720, appendix B.4.
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(Array(0..<32)) == 0x46DD_794E)
  }

  /// The data of each record, its checksums being right.
  private func records(_ data: Data) throws -> [Data] {
    var rest = [UInt8](data)
    var records: [Data] = []
    func number<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as: Value.Type) -> Value {
      bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
    }
    while !rest.isEmpty {
      let length = Int(number(rest[0..<8], as: UInt64.self))
      try #require(rest.count >= 16 + length)
      let body = Array(rest[12..<(12 + length)])
      #expect(
        number(rest[8..<12], as: UInt32.self)
          == TensorBoardWriter.maskedChecksum(Array(rest[0..<8])))
      #expect(
        number(rest[(12 + length)..<(16 + length)], as: UInt32.self)
          == TensorBoardWriter.maskedChecksum(body))
      records.append(Data(body))
      rest.removeFirst(16 + length)
    }
    return records
  }

  @Test func `hold each step of a cell's training, behind the version`() throws {
    let folder = try TemporaryFolder()
    let run = try finishedRun(folder)
    let cell = run.spec.cells[1].id
    let file = try #require(TensorBoardWriter.file(of: cell, in: run))
    #expect(file.path.hasPrefix("\(run.name)/\(cell)/events.out.tfevents."))
    let records = try records(file.contents)
    // The version, then loss and learning rate of three steps.
    #expect(records.count == 1 + 3 * 2)
    #expect(records[0].range(of: Data("brain.Event:2".utf8)) != nil)
    #expect(records.count { $0.range(of: Data("train/loss".utf8)) != nil } == 3)
  }

  @Test func `forget the steps that were done again after an interruption`() {
    func event(_ step: Int, loss: Double, _ sequence: Int) -> RunEvent {
      RunEvent(
        time: Double(sequence), cell: "c", sequence: sequence,
        kind: .step(.init(step: step, loss: loss)))
    }
    let history = TrainingHistory([
      event(1, loss: 1, 1), event(2, loss: 0.5, 2), event(3, loss: 0.4, 3), event(2, loss: 0.5, 4),
      event(3, loss: 0.25, 5),
    ])
    #expect(history.steps.map(\.step) == [1, 2, 3])
    #expect(history.steps.map(\.value.loss) == [1, 0.5, 0.25])
  }
}

@Suite struct `Exported files` {
  private let files = [
    ExportFile(path: "a.txt", contents: Data("new".utf8)),
    ExportFile(path: "below/b.txt", contents: Data("new".utf8)),
  ]

  @Test func `are written below a folder that is made for them`() throws {
    let folder = try TemporaryFolder()
    let paths = try ExportFile.write(files, to: "\(folder.path)/out", overwrite: false)
    #expect(paths == ["\(folder.path)/out/a.txt", "\(folder.path)/out/below/b.txt"])
    for path in paths { #expect(try String(contentsOfFile: path, encoding: .utf8) == "new") }
  }

  @Test func `replace nothing unless that is wanted, and then write nothing at all`() throws {
    let folder = try TemporaryFolder()
    let old = "\(folder.path)/below/b.txt"
    try ExportFile.write(
      [ExportFile(path: "below/b.txt", contents: Data("old".utf8))], to: folder.path,
      overwrite: false)
    #expect(throws: RunError.exists(path: old)) {
      try ExportFile.write(files, to: folder.path, overwrite: false)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/a.txt"))
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "old")
    try ExportFile.write(files, to: folder.path, overwrite: true)
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "new")
  }
}
