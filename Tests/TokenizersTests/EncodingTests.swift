import Testing

@testable import Tokenizers

struct `An encoding` {
  let bert: Tokenizer

  init() throws { bert = try Fixture.tokenizer("bert-uncased") }

  @Test func `says which tokens are special, of which text and of which type`() {
    let encoding = bert.encode("free", pair: "equal")
    let around = [bert.specialTokens.cls, bert.specialTokens.sep]
    #expect(encoding.specialTokensMask == encoding.ids.map { around.contains($0) })
    let second = encoding.tokens(ofSequence: 1)
    #expect(encoding.ids[second].elementsEqual(bert.encode("equal", addsSpecialTokens: false).ids))
    #expect(encoding.sequences[second].allSatisfy { $0 == 1 })
    #expect(encoding.typeIDs == encoding.sequences.indices.map { $0 < second.lowerBound ? 0 : 1 })
  }

  @Test func `special tokens that are written out are text`() {
    let encoding = bert.encode("[MASK]")
    #expect(encoding.ids[1] == bert.specialTokens.mask)
    #expect(encoding.specialTokensMask == [true, false, true])
  }

  @Test func `its offsets cut the words out of the text`() {
    let text = "Größe — naïve 中文 e\u{301}"
    let encoding = bert.encode(text, tracksOffsets: true)
    let utf8 = Array(text.utf8)
    let cut = encoding.offsets.map { String(decoding: utf8[$0], as: UTF8.self) }
    #expect(cut.first == "" && cut.last == "")
    #expect(cut.joined() == "Größe—naïve中文e")
  }

  @Test func `is cut to a length with its special tokens kept`() {
    let long = String(repeating: "free ", count: 50)
    for length in 3...20 {
      let encoding = bert.encode(long, pair: "equal and free", maxLength: length)
      #expect(encoding.count == length)
      #expect(encoding.ids.first == bert.specialTokens.cls)
      #expect(encoding.ids.last == bert.specialTokens.sep)
    }
    #expect(bert.encode(long, maxLength: 0).ids == bert.encode("").ids)
  }

  @Test func `of nothing has the special tokens alone`() {
    #expect(bert.encode("").ids == [bert.specialTokens.cls, bert.specialTokens.sep])
    #expect(bert.encode("", addsSpecialTokens: false).ids == [])
  }

  @Test func `decodes without its special tokens`() {
    #expect(bert.decode(bert.encode("Born free, and equal.").ids) == "born free, and equal.")
    #expect(bert.decode([1 << 40, -1]) == "")
  }

  @Test func `is the same from many threads`() async throws {
    let texts = Fixture.texts.prefix(400).map { $0[0] }
    let expected = texts.map { bert.encode($0).ids }
    let tokenizer = try Fixture.tokenizer("bert-uncased")
    await withTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<8 { group.addTask { texts.map { tokenizer.encode($0).ids } } }
      for await ids in group { #expect(ids == expected) }
    }
  }

  @Test func `a full cache starts anew and changes nothing`() throws {
    let tokenizer = try Fixture.tokenizer("gpt2")
    let text = "0x1F is it not?"
    let before = tokenizer.encode(text).ids
    for number in 0..<70_000 { _ = tokenizer.encode("\(number)x") }
    #expect(tokenizer.encode(text).ids == before)
  }
}

struct `Windows over a long text` {
  @Test func `share a stride, and the last reaches the end`() {
    for count in 0...40 {
      for window in 1...9 {
        for stride in 0..<window {
          let windows = Truncation.windows(of: count, window: window, stride: stride)
          #expect(windows.first?.lowerBound == 0)
          #expect(windows.last?.upperBound == count)
          #expect(windows.allSatisfy { $0.count <= window })
          for (one, next) in zip(windows, windows.dropFirst()) {
            #expect(one.upperBound - next.lowerBound == stride)
          }
        }
      }
    }
  }

  @Test func `carry all of the first text, and offsets into the second`() throws {
    let bert = try Fixture.tokenizer("bert-uncased")
    let context = "It was the best of times, it was the worst of times, it was the age of wisdom."
    let windows = bert.encodeWindows("free?", context, maxLength: 16, stride: 5)
    #expect(windows.count > 2)
    let whole = bert.encode(context, addsSpecialTokens: false, tracksOffsets: true)
    for window in windows {
      #expect(window.ids.prefix(3) == bert.encode("free?").ids.prefix(3))
      let part = window.tokens(ofSequence: 1)
      let start = try #require(whole.offsets.firstIndex(of: window.offsets[part][part.lowerBound]))
      #expect(window.ids[part].elementsEqual(whole.ids[start..<start + part.count]))
    }
  }
}

struct `Cutting the longest first` {
  /// One token at a time from the longer text; from the second where both are alike.
  private func slow(_ first: Int, _ second: Int, room: Int) -> (Int, Int) {
    var (first, second) = (first, second)
    let firstWasLonger = first > second
    while first + second > room {
      if first > second || first == second && !firstWasLonger { first -= 1 } else { second -= 1 }
    }
    return (first, second)
  }

  @Test func `fits, and takes from the longer text`() {
    for first in 0...12 {
      for second in 0...12 {
        for room in 0...26 {
          let kept = Truncation.longestFirst(first, second, room: room)
          #expect(kept.first + kept.second == min(room, first + second))
          let expected = slow(first, second, room: room)
          #expect(abs(kept.first - expected.0) <= 1, "\(first) \(second) \(room)")
          #expect(kept.first <= first && kept.second <= second)
        }
      }
    }
  }
}
