/// Canonical decomposition and composition, as the edition of Unicode has it that Hugging Face
/// tokenizers uses (Unicode Standard Annex 15).
enum CanonicalForms {
  /// A scalar of a text that was decomposed.
  struct Item {
    var scalar: UInt32
    /// How many scalars of the text it takes the place of: 0 for the further ones that one scalar
    /// decomposed to, more than 1 where several were composed.
    var sources: Int
  }

  private static let singleSteps: [UInt32: (first: UInt32, second: UInt32)] = {
    var steps: [UInt32: (first: UInt32, second: UInt32)] = [:]
    for entry in UnicodeTables.decompositions {
      let mask: UInt64 = 0x1FFFFF
      steps[UInt32(entry >> 42)] = (UInt32(entry >> 21 & mask), UInt32(entry & mask))
    }
    return steps
  }()

  /// First << 32 | second → what they compose to.
  private static let compositions: [UInt64: UInt32] = {
    let excluded = Set(UnicodeTables.neverComposed.map { UInt32($0) })
    var compositions: [UInt64: UInt32] = [:]
    for (scalar, (first, second)) in singleSteps where second != 0 && !excluded.contains(scalar) {
      compositions[UInt64(first) << 32 | UInt64(second)] = scalar
    }
    return compositions
  }()

  /// Calls the closure with each item of a scalar's full decomposition, in order.
  static func decompose(_ scalar: UInt32, _ body: (Item) -> Void) {
    var sources = 1
    expand(scalar) { part in
      body(Item(scalar: part, sources: sources))
      sources = 0
    }
  }

  /// Calls the closure with each scalar of the full decomposition, in order.
  private static func expand(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    guard ScalarClass(of: scalar).contains(.decomposes) else { return body(scalar) }
    if let (vowel, final) = Hangul.decomposition(of: scalar) {
      body(Hangul.lead(of: scalar))
      body(vowel)
      if let final { body(final) }
      return
    }
    guard let (first, second) = singleSteps[scalar] else { return body(scalar) }
    expand(first, body)
    if second != 0 { expand(second, body) }
  }

  /// The canonical combining class; 0 for a starter.
  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    guard ScalarClass(of: scalar).contains(.reorders), let scalar = Unicode.Scalar(scalar) else {
      return 0
    }
    return scalar.properties.canonicalCombiningClass.rawValue
  }

  /// Sorts each run of items with a combining class by that class, keeping the order of equals.
  static func order(_ items: inout [Item]) {
    for index in items.indices.dropFirst() {
      let item = items[index]
      let rank = combiningClass(item.scalar)
      guard rank != 0 else { continue }
      var place = index
      while place > 0, combiningClass(items[place - 1].scalar) > rank {
        items[place] = items[place - 1]
        place -= 1
      }
      items[place] = item
    }
  }

  /// Puts ordered, decomposed items together again.
  static func compose(_ items: inout [Item]) {
    var starter: Int?
    var lastClass: UInt8 = 0
    var count = 0
    for item in items {
      let itemClass = combiningClass(item.scalar)
      // A scalar is blocked from its starter by one between them of the same class or a higher one.
      if let place = starter, count == place + 1 || lastClass < itemClass,
        let composed = composition(items[place].scalar, item.scalar)
      {
        items[place].scalar = composed
        items[place].sources += item.sources
        continue
      }
      if itemClass == 0 { starter = count }
      lastClass = itemClass
      items[count] = item
      count += 1
    }
    items.removeSubrange(count...)
  }

  /// Calls the closure with each item's scalar and its origin: items take the origins of the text's
  /// scalars in turn, whatever order they are in now, as Hugging Face tokenizers has it.
  ///
  /// - Parameter previous: the origin of what stands before the items.
  static func align(
    _ items: [Item], with origins: [Origin], after previous: Origin,
    _ body: (_ scalar: UInt32, _ origin: Origin) -> Void
  ) {
    var next = 0
    var previous = previous
    for item in items {
      body(item.scalar, item.sources > 0 ? origins[next] : previous)
      next += item.sources
      if next > 0 { previous = origins[next - 1] }
    }
  }

  private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composition(first, second) ?? compositions[UInt64(first) << 32 | UInt64(second)]
  }
}

/// Hangul syllables, which are decomposed and composed by arithmetic (The Unicode Standard, 3.12).
private enum Hangul {
  static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
  static let leads: Range<UInt32> = 0x1100..<0x1113
  static let vowels: Range<UInt32> = 0x1161..<0x1176
  /// The final before the first one stands for none.
  static let finals: Range<UInt32> = 0x11A8..<0x11C3
  static let finalCount: UInt32 = 28
  static let vowelCount: UInt32 = 21

  static func lead(of syllable: UInt32) -> UInt32 {
    leads.lowerBound + (syllable - syllables.lowerBound) / (vowelCount * finalCount)
  }

  static func decomposition(of scalar: UInt32) -> (vowel: UInt32, final: UInt32?)? {
    guard syllables.contains(scalar) else { return nil }
    let index = scalar - syllables.lowerBound
    let vowel = vowels.lowerBound + index % (vowelCount * finalCount) / finalCount
    let final = index % finalCount
    return (vowel, final == 0 ? nil : finals.lowerBound + final - 1)
  }

  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if leads.contains(first), vowels.contains(second) {
      let lead = first - leads.lowerBound
      let vowel = second - vowels.lowerBound
      return syllables.lowerBound + (lead * vowelCount + vowel) * finalCount
    }
    let isOpen = syllables.contains(first) && (first - syllables.lowerBound) % finalCount == 0
    if isOpen, finals.contains(second) { return first + second - finals.lowerBound + 1 }
    return nil
  }
}
