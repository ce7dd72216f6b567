import Canvas
import Experiments

/// What the level under the slider takes in each storage format, in one line, and where a format
/// would be larger than dense, that it would.
struct StorageLine: Widget {
  private let state: ExplorerState
  private let speed: String?

  /// - Parameter speed: what the level was measured to be, such as `2.9 × dense here`.
  init(_ state: ExplorerState, speed: String? = nil) {
    self.state = state
    self.speed = speed
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    guard rect.height > 0, let sizes = state.storageSizes else { return }
    let width = rect.width - 2
    let candidates = [
      pieces(sizes, look, parts: true, speed: speed), pieces(sizes, look, speed: speed),
      pieces(sizes, look),
    ]
    let shown = candidates.first { $0.width <= width } ?? Self.shortest(sizes, look)
    canvas.put(shown, x: rect.x + 1, y: rect.y, maxWidth: width)
  }

  /// The smallest file in times the dense one: `file 0.39 × as bitmask`.
  static func shortest(_ sizes: StorageSizes, _ look: Appearance) -> [Fragment] {
    let best = sizes.named.min { $0.layout.written < $1.layout.written }
    guard let (name, layout) = best, layout.matrices > 0 else {
      return [Fragment("dense is smallest", look.roles.muted)]
    }
    let share = Double(sizes.model(layout)) / Double(max(1, sizes.denseModel))
    return [
      Fragment("file \(ByteText.ratio(share)) ×", look.roles.text),
      Fragment(" as \(name)", look.roles.muted),
    ]
  }

  private func pieces(
    _ sizes: StorageSizes, _ look: Appearance, parts: Bool = false, speed: String? = nil
  ) -> [Fragment] {
    var pieces = [
      Fragment("stored ", look.roles.muted),
      Fragment(ByteText.short(sizes.denseModel), look.roles.text),
      Fragment(" dense", look.roles.muted),
    ]
    var matrices = [ByteText.short(sizes.dense)]
    for (name, layout) in sizes.named {
      pieces.append(Fragment(" · ", look.roles.muted))
      guard layout.matrices > 0 else {
        let ratio = ByteText.ratio(sizes.ratio(layout))
        pieces.append(Fragment("\(name) would be \(ratio) × as large", look.roles.warning))
        continue
      }
      pieces.append(Fragment(ByteText.short(sizes.model(layout)), look.roles.text))
      pieces.append(Fragment(" \(name)", look.roles.muted))
      matrices.append(ByteText.short(layout.written))
    }
    if let speed {
      pieces += [Fragment(" · ", look.roles.muted), Fragment(speed, look.roles.text)]
    }
    if parts, matrices.count > 1 {
      pieces.append(
        Fragment("   matrices alone " + matrices.joined(separator: ", "), look.roles.muted))
    }
    return pieces
  }
}

extension StorageSizes {
  /// The formats that leave zeros out, with their names; not one that can hold no matrix at all.
  fileprivate var named: [(name: String, layout: Layout)] {
    let all = [("bitmask", bitmask), ("CSR", csr)] + (twoFour.map { [("2:4", $0)] } ?? [])
    return all.filter { $0.1.everywhere != dense }
  }
}

extension ExplorerState {
  /// What the level under the slider takes; nil until the index is ready.
  var storageSizes: StorageSizes? {
    plan.map { StorageSizes($0, of: model.matrices, modelBytes: model.bytes) }
  }
}
