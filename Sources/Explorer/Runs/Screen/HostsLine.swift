import Canvas

/// The header's second line: how the connections to other machines are.
struct HostsLine: Widget {
  let hosts: [RunHost]

  func draw(in rect: Rect, on canvas: inout Canvas, look: Appearance) {
    // Those that a person may want to do something about come first.
    let troubled = hosts.filter(\.hasTrouble)
    var rest = troubled + hosts.filter { !$0.hasTrouble }
    var x = rect.x + 1
    while !rest.isEmpty {
      let room = rect.maxX - 1 - x
      let others = rest.dropFirst()
      let needed = others.reduce(0) { $0 + DisplayWidth.of($1.text(width: 0, look)) + 2 }
      let more = "  and \(others.count) more"
      let host = rest.removeFirst()
      // A reason leaves the others room, as far as that is to be had.
      let least = DisplayWidth.of(host.text(width: 0, look))
      let own = max(min(room - needed, room), min(least, room))
      let text = host.text(width: own, look)
      let width = DisplayWidth.of(text)
      guard width <= room,
        others.isEmpty || needed <= room - width
          || width + more.count <= room
      else {
        canvas.put(
          x == rect.x + 1 ? text : "and \(others.count + 1) more", x: x, y: rect.y,
          style: look.roles.muted, maxWidth: max(0, room))
        return
      }
      let style =
        host.hasTrouble
        ? look.roles.warning : host.isSettled ? look.roles.success : look.roles.muted
      canvas.put(text, x: x, y: rect.y, style: style, maxWidth: room)
      x += width + 2
    }
  }
}
