/// Something that a person did to the terminal.
package enum Key: Sendable, Hashable {
  /// A printable character; letters come in the case typed.
  case character(Character)
  /// Control with a letter (lower case) or one of `@ [ \ ] ^ _` and the space bar.
  case control(Character)
  /// Alt, or escape in front, with a character.
  case alt(Character)
  case arrow(Direction, Modifiers = [])
  case home
  case end
  case pageUp
  case pageDown
  case tab
  case backtab
  case enter
  case escape
  case backspace
  case delete
  case insert
  /// F1 … F20.
  case function(Int)
  case mouse(Mouse)
  /// Text that was pasted, line ends as `\n`, as one piece.
  case paste(String)
  /// The terminal has a new size, or wants to be drawn anew after it was suspended.
  case resize(Size)

  package enum Direction: Sendable, Hashable { case up, down, left, right }

  package struct Modifiers: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let shift = Modifiers(rawValue: 1)
    package static let alt = Modifiers(rawValue: 2)
    package static let control = Modifiers(rawValue: 4)
  }

  /// What the mouse did, at a cell counted from the top left corner.
  package struct Mouse: Sendable, Hashable {
    package enum Action: Sendable, Hashable { case press, drag, release, wheelUp, wheelDown }

    package enum Button: Sendable, Hashable { case left, middle, right, none }

    package var action: Action
    package var button: Button
    package var x: Int
    package var y: Int
    package var modifiers: Modifiers

    package init(
      _ action: Action, button: Button = .left, x: Int, y: Int, modifiers: Modifiers = []
    ) {
      self.action = action
      self.button = button
      self.x = x
      self.y = y
      self.modifiers = modifiers
    }

    package var point: Point { Point(x: x, y: y) }
  }
}

extension Key: CustomStringConvertible {
  /// How key hints write the key: `q`, `⌃c`, `⇧←`, `PgUp`, `␣`.
  package var description: String {
    switch self {
    case .character(" "): "␣"
    case .character(let character): String(character)
    case .control(let character): "⌃" + (character == " " ? "␣" : String(character))
    case .alt(let character): "⌥" + String(character)
    case .arrow(let direction, let modifiers): modifiers.prefix + direction.symbol
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .tab: "Tab"
    case .backtab: "⇧Tab"
    case .enter: "Enter"
    case .escape: "Esc"
    case .backspace: "⌫"
    case .delete: "Del"
    case .insert: "Ins"
    case .function(let number): "F\(number)"
    case .mouse(let mouse): mouse.description
    case .paste: "paste"
    case .resize: "resize"
    }
  }
}

extension Key.Direction {
  fileprivate var symbol: String {
    switch self {
    case .up: "↑"
    case .down: "↓"
    case .left: "←"
    case .right: "→"
    }
  }
}

extension Key.Modifiers {
  fileprivate var prefix: String {
    (contains(.control) ? "⌃" : "") + (contains(.alt) ? "⌥" : "") + (contains(.shift) ? "⇧" : "")
  }
}

extension Key.Mouse: CustomStringConvertible {
  package var description: String {
    switch action {
    case .press: "click"
    case .drag: "drag"
    case .release: "release"
    case .wheelUp: "wheel up"
    case .wheelDown: "wheel down"
    }
  }
}
