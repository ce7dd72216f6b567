import Canvas

/// What lies over a view and takes the keys; `Own` are those that only this view has.
package enum Overlay<Own: Sendable>: Sendable {
  case help(scroll: Int)
  case palette(Prompt, selection: Int)
  /// The filter that is being typed, and what it was before.
  case filter(Prompt, before: String)
  /// A theme shows at once, and Escape takes it back.
  case themes(ShortList<Theme>, before: Theme)
  case own(Own)
}
