import Canvas
import Experiments

/// Panel 4: the sparsity of each kind of matrix in each block.
struct HeatMapPanel: Widget {
  let state: ExplorerState
  private let blocks: [Int]
  private let kinds: [String]

  init(_ state: ExplorerState) {
    self.state = state
    blocks = state.model.blocks
    kinds = state.model.kinds
  }

  /// The matrix under a place of the panel, for the mouse.
  func matrix(at point: Point, in rect: Rect) -> Int? {
    guard let cell = map.cell(at: point, in: Panel.interior(of: rect)) else { return nil }
    return index(block: blocks[cell.row], kind: kinds[cell.column])
  }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let panel = Panel(
      key: "4", title: "sparsity % by block and kind", isFocused: state.focus == .heatMap)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard !blocks.isEmpty else {
      canvas.put(
        "the names of this model's matrices tell no blocks apart", in: inner,
        style: look.roles.muted)
      return
    }
    canvas.draw(map, in: inner, look: look)
  }

  private var map: HeatMap {
    var highlighted: (row: Int, column: Int)?
    if let index = state.selection.index {
      let matrix = state.model.matrices[index]
      if let row = matrix.block.flatMap(blocks.firstIndex(of:)),
        let column = kinds.firstIndex(of: matrix.kind)
      {
        highlighted = (row, column)
      }
    }
    return HeatMap(
      rows: blocks.map(String.init), columns: columnLabels,
      values: blocks.map { block in
        kinds.map { kind in
          index(block: block, kind: kind).flatMap { state.sparsity(of: .matrix($0)) }
        }
      }, highlighted: highlighted)
  }

  /// The kinds by their last words, `q k v o in out`, where those tell them apart.
  private var columnLabels: [String] {
    let short = kinds.map { $0.split(separator: " ").last.map(String.init) ?? $0 }
    return Set(short).count == kinds.count ? short : kinds
  }

  private func index(block: Int, kind: String) -> Int? {
    state.model.matrices.firstIndex { $0.block == block && $0.kind == kind }
  }
}

/// Panel 5: where in the selected matrix the pruned weights lie (the paper's figure 1).
struct MaskMapPanel: Widget {
  let state: ExplorerState

  init(_ state: ExplorerState) { self.state = state }

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    let name = state.selection.index.map { " · " + state.label(of: $0) } ?? ""
    let panel = Panel(
      key: "5",
      title: "mask map" + name,
      isFocused: state.focus == .maskMap)
    let inner = panel.frame(in: rect, on: &canvas, look: look)
    guard let index = state.selection.index else {
      canvas.put("choose a matrix with ↑ and ↓", in: inner, style: look.roles.muted)
      return
    }
    guard let map = state.maskMap, map.request.matrix == index else {
      if state.preview == nil {
        canvas.put("waiting for the weights", in: inner, style: look.roles.muted)
      }
      return
    }
    canvas.draw(
      DensityMap(densities: map.densities, rows: map.request.rows, columns: map.request.columns),
      in: inner, look: look)
  }
}
