import Experiments
import Foundation
import Runs

/// How runs are written for a person.
enum RunText {
  /// `2 min 05 s`, `3 h 20 min`, `4 d 2 h`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    let seconds = Int(max(0, seconds).rounded())
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(padded(seconds % 60)) s"
    case ..<86400: return "\(seconds / 3600) h \(padded(seconds / 60 % 60)) min"
    default: return "\(seconds / 86400) d \(seconds / 3600 % 24) h"
    }
  }

  /// `12:03` of the local clock; with seconds `12:03:07`.
  static func timeOfDay(_ seconds: Double, withSeconds: Bool) -> String {
    var (moment, parts) = (time_t(seconds), tm())
    localtime_r(&moment, &parts)
    func padded(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let text = "\(padded(parts.tm_hour)):\(padded(parts.tm_min))"
    return withSeconds ? text + ":\(padded(parts.tm_sec))" : text
  }

  static func timeOfDay(_ seconds: Double) -> String { timeOfDay(seconds, withSeconds: false) }

  static func rate(_ cellsPerHour: Double) -> String {
    let tenths = Int((cellsPerHour * 10).rounded())
    return cellsPerHour < 100 ? "\(tenths / 10).\(tenths % 10)/h" : "\(tenths / 10)/h"
  }

  /// `sst2 magnitude: essential sparsity 68 ±2 %`, or why there is none.
  static func turn(_ turn: RunOverview.Turn) -> String {
    let title = "\(turn.task) \(turn.method)"
    guard let sparsity = turn.sparsity, let interval = turn.interval else {
      return "\(title): \(turn.undecided ?? "no turning point")"
    }
    return "\(title): essential sparsity \(Percent.text(sparsity)) % "
      + "(\(Percent.text(interval.low)) – \(Percent.text(interval.high)))"
  }

  /// Rows under headings, each column as wide as its widest entry.
  static func table(_ headings: [String], _ rows: [[String]]) -> String {
    let widths = headings.indices.map { column in
      ([headings] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([headings] + rows).map { row in
      let cells = zip(row, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
