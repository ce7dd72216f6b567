import Canvas
import Terminal
import Testing

@Suite struct KeyDecoderTests {
  private func keys(_ text: String, described: [[UInt8]: Key] = [:]) -> [Key] {
    var decoder = KeyDecoder(described: described)
    let complete = decoder.decode(text.utf8)
    return complete + decoder.flush()
  }

  @Test(
    arguments: [
      ("q", .character("q")), ("é", .character("é")), ("日", .character("日")),
      ("e\u{301}", .character("é")), (" ", .character(" ")), ("\r", .enter), ("\n", .enter),
      ("\t", .tab), ("\u{7f}", .backspace), ("\u{8}", .backspace), ("\u{3}", .control("c")),
      ("\u{0}", .control(" ")), ("\u{1f}", .control("_")), ("\u{1b}", .escape),
      ("\u{1b}x", .alt("x")), ("\u{1b}é", .alt("é")), ("\u{1b}\u{7f}", .control("w")),
      ("\u{1b}[A", .arrow(.up)), ("\u{1b}OB", .arrow(.down)),
      ("\u{1b}[1;2C", .arrow(.right, .shift)),
      ("\u{1b}[1;6D", .arrow(.left, [.shift, .control])), ("\u{1b}[d", .arrow(.left, .shift)),
      ("\u{1b}Oc", .arrow(.right, .control)), ("\u{1b}[H", .home), ("\u{1b}OF", .end),
      ("\u{1b}[1~", .home), ("\u{1b}[8~", .end), ("\u{1b}[5~", .pageUp), ("\u{1b}[6;5~", .pageDown),
      ("\u{1b}[3~", .delete), ("\u{1b}[2~", .insert), ("\u{1b}[Z", .backtab),
      ("\u{1b}OP", .function(1)), ("\u{1b}[[E", .function(5)), ("\u{1b}[15~", .function(5)),
      ("\u{1b}[24~", .function(12)), ("\u{1b}[34~", .function(20)), ("\u{1b}[1;2P", .function(1)),
      ("\u{1b}[105;5u", .control("i")), ("\u{1b}[27;5;105~", .control("i")),
      ("\u{1b}[97;2u", .character("A")), ("\u{1b}Ow", .character("7")),
    ] as [(String, Key)])
  func sequencesAreKeys(text: String, key: Key) {
    #expect(keys(text) == [key])
  }

  @Test(arguments: [
    ("\u{1b}[<0;10;20M", Key.Mouse(.press, x: 9, y: 19)),
    ("\u{1b}[<0;10;20m", Key.Mouse(.release, x: 9, y: 19)),
    ("\u{1b}[<32;11;20M", Key.Mouse(.drag, x: 10, y: 19)),
    ("\u{1b}[<2;1;1M", Key.Mouse(.press, button: .right, x: 0, y: 0)),
    ("\u{1b}[<64;300;5M", Key.Mouse(.wheelUp, button: .none, x: 299, y: 4)),
    ("\u{1b}[<69;3;5M", Key.Mouse(.wheelDown, button: .none, x: 2, y: 4, modifiers: .shift)),
    ("\u{1b}[M !!", Key.Mouse(.press, x: 0, y: 0)),
    ("\u{1b}[M#!!", Key.Mouse(.release, button: .none, x: 0, y: 0)),
  ])
  func theMouseIsRead(text: String, mouse: Key.Mouse) {
    #expect(keys(text) == [.mouse(mouse)])
  }

  @Test func answersAreNoKeysWhereverTheyAreCutAndWhateverIsTypedAround() {
    let text = Array("x\u{1b}[0n\u{1b}[A\u{1b}[?2026;2$yz".utf8)
    for cut in 0...text.count {
      var decoder = KeyDecoder()
      var keys = decoder.decode(text[..<cut])
      keys += decoder.flush(expectingAnswer: true)
      keys += decoder.decode(text[cut...])
      // An arrow that is cut is lost, as it is without answers.
      let isArrowCut = [6, 7].contains(cut)
      if !isArrowCut { #expect(keys == [.character("x"), .arrow(.up), .character("z")], "\(cut)") }
      #expect(decoder.takeAnswers() == [.status, .mode(2026, isKnown: true)], "\(cut)")
      #expect(!decoder.isWaiting)
    }
  }

  @Test func pastedTextIsOnePieceWithoutControls() {
    #expect(
      keys("a\u{1b}[200~two\r\nlines\u{1b}[31m\tq\u{1b}[201~b")
        == [.character("a"), .paste("two\nlines[31m\tq"), .character("b")])
  }

  @Test func pastedTextMayArriveInParts() {
    var decoder = KeyDecoder()
    #expect(decoder.decode("\u{1b}[200~abc\u{1b}[20".utf8) == [])
    #expect(decoder.flush() == [])
    #expect(decoder.decode("1~".utf8) == [.paste("abc")])
    #expect(!decoder.isWaiting)
  }

  @Test func everySplitOfASequenceGivesTheSameKeys() {
    let text = Array("a\u{1b}[1;2Aé\u{1b}[<32;11;20M日\u{1b}OP\u{1b}[200~x\u{1b}[201~".utf8)
    let whole = keys(String(decoding: text, as: UTF8.self))
    #expect(whole.count == 7)
    for split in 1..<text.count {
      var decoder = KeyDecoder()
      #expect(decoder.decode(text[..<split]) + decoder.decode(text[split...]) == whole)
    }
  }

  @Test func aLoneEscapeIsAKeyOnceNothingFollows() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([0x1b]) == [])
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.escape])
    #expect(keys("\u{1b}\u{1b}[A") == [.escape, .arrow(.up)])
    #expect(keys("\u{1b}\r") == [.escape, .enter])
  }

  @Test func whatIsNotUnderstoodIsNoKey() {
    #expect(keys("\u{1b}[?1;2c") == [])
    #expect(keys("\u{1b}[I") == [])
    #expect(keys("\u{1b}[999~x") == [.character("x")])
    var decoder = KeyDecoder()
    #expect(
      decoder.decode([0xff, 0xc0, 0x80, 0xe2, 0x28, 0x61]) == [.character("("), .character("a")])
    #expect(decoder.decode([0xed, 0xa0, 0x80, 0xc2, 0x9b, 0x62]) == [.character("b")])
  }

  @Test func anyBytesAreSurvived() {
    var state: UInt64 = 7
    for _ in 0..<3000 {
      var decoder = KeyDecoder()
      let bytes = (0..<12).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: state >> 40)
        return byte & 3 == 0 ? Array("\u{1b}[<;OM0~".utf8)[Int(byte >> 2) % 8] : byte
      }
      for key in decoder.decode(bytes) + decoder.flush() {
        if case .character(let character) = key {
          #expect(character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
        }
      }
    }
  }

  @Test func sequencesOfTheDescriptionComeFirst() {
    #expect(keys("\u{1b}[Y", described: [Array("\u{1b}[Y".utf8): .end]) == [.end])
  }
}
