import Terminal
import Testing

@Suite struct StyleThriftTests {
  /// What becomes of frames that follow each other; escapes are written as `^`.
  private func spared(_ frames: String...) -> [String] {
    var thrift = StyleThrift()
    return frames.map { frame in
      let bytes = frame.replacing("^", with: "\u{1b}").utf8.map(CChar.init(bitPattern:))
      let result = bytes.withUnsafeBufferPointer { thrift.spare($0) }
      return String(decoding: result.map(UInt8.init(bitPattern:)), as: UTF8.self)
        .replacing("\u{1b}", with: "^")
    }
  }

  @Test func onlyWhatDiffersIsSentAndWhereSomethingIsDrawn() {
    #expect(
      spared(
        "^[38;5;253m^[48;5;234m^[3;1Ha^[38;5;75m^[48;5;234m^[4;1H│^[39;49m^(B^[m",
        "^[38;5;75m^[48;5;234mc^[39;49m^(B^[m")
        == ["^[3;1H^[0;38;5;253;48;5;234ma^[4;1H^[38;5;75m│^(B", "c"])
  }

  @Test func aPartOfAStyleEndsAlone() {
    #expect(
      spared("^[0;1m^[31m^[40ma^(B^[0m^[31m^[40mb^[7mc^[0;31;40md^[me")
        == ["^[0;1;31;40ma^(B^[22mb^[7mc^[27md^[me"])
  }

  @Test func colorsByValueStayAsTheyWereWritten() {
    #expect(
      spared("^[38:2::1:2:3m^[48;2;4;5;6ma^[38:2::1:2:3m^[48;2;4;5;7mb^[97;100mc")
        == ["^[0;38:2::1:2:3;48;2;4;5;6ma^[48;2;4;5;7mb^[97;100mc"])
  }

  @Test func whatFillsWithTheBackgroundComesAfterTheStyle() {
    #expect(spared("^[44m^[K^[45m^[2;2H^[9X") == ["^[0;44m^[K^[2;2H^[45m^[9X"])
  }

  @Test func anUnknownStyleEndsTheThrift() {
    #expect(spared("^[31ma^[53m^[31mb", "^[31mc^[m") == ["^[0;31ma^[53m^[31mb", "^[31mc^[m"])
  }

  @Test func everythingIsSentAgainAfterSomebodyElseHasDrawn() {
    var thrift = StyleThrift()
    let frame = Array("\u{1b}[31ma".utf8.map(CChar.init))
    let first = frame.withUnsafeBufferPointer { thrift.spare($0) }
    #expect(frame.withUnsafeBufferPointer { thrift.spare($0) }.count == 1)
    thrift.forget()
    #expect(frame.withUnsafeBufferPointer { thrift.spare($0) } == first)
  }
}
