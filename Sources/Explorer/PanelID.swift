/// The panels of the main screen, by the digit that chooses each.
package enum PanelID: Int, CaseIterable, Sendable {
  case matrices = 1
  case magnitudes
  case accuracy
  case heatMap
  case maskMap
}
