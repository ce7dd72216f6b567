extension Theme {
  /// The scheme that is there when no file is: a calm dark one.
  package static let standard = Theme(
    name: "sparsescope", title: "Sparsescope", variant: .dark,
    palette: [
      0x16181d, 0x20242c, 0x323843, 0x5b6472, 0x9aa4b2, 0xd7dce4, 0xe6eaf0, 0xf7f9fb,
      0xf07178, 0xf0a36b, 0xe8c76e, 0x8fcf86, 0x6cc7c4, 0x6fb1f0, 0xc39af0, 0xb98364,
      0x101216, 0x0b0c0f, 0xff8f95, 0xf7dc92, 0xa9e0a1, 0x8fdedb, 0x95c8fa, 0xd8b8fa,
    ].map(RGB.init(hex:)))
}
