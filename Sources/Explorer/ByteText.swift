/// How sizes in bytes are written.
package enum ByteText {
  /// A size in three digits and powers of a thousand: `438 MB`, `44.6 MB`, `1.34 GB`, `97 B`.
  package static func short(_ bytes: Int) -> String {
    var value = Double(bytes)
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var unit = 0
    // What would be rounded up to 1000 takes the next unit.
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let places = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    return "\(NumberText.decimals(value, places)) \(units[unit])"
  }

  /// How many times as large: `0.131`, `0.85`, `1.60`.
  package static func ratio(_ value: Double) -> String {
    NumberText.decimals(value, value < 0.2 ? 3 : 2)
  }
}
