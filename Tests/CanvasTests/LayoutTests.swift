import Canvas
import Testing

@Suite struct LayoutTests {
  @Test func fixedLengthsComeFirstAndSharesDivideTheRest() {
    #expect(Layout.divide(100, into: [.fixed(34), .share(1), .share(2)]) == [34, 22, 44])
  }

  @Test func partsAlwaysFillWhatThereIs() {
    for total in 0...60 {
      for parts: [Length] in [
        [.share(1), .share(1), .share(1)], [.fixed(7), .share(1)],
        [.minimum(20), .share(3)], [.fixed(30), .minimum(20, weight: 2), .minimum(5), .share(1)],
      ] {
        let lengths = Layout.divide(total, into: parts)
        #expect(lengths.reduce(0, +) == total)
        #expect(lengths.allSatisfy { $0 >= 0 })
      }
    }
  }

  @Test func aMinimumIsKeptAgainstShares() {
    #expect(Layout.divide(40, into: [.minimum(30), .share(1)]) == [30, 10])
    #expect(Layout.divide(100, into: [.minimum(30), .share(1)]) == [50, 50])
  }

  @Test func theLastPartsGiveWayWhereThereIsNoRoom() {
    #expect(Layout.divide(10, into: [.fixed(8), .fixed(8), .share(1)]) == [8, 2, 0])
    #expect(Layout.divide(-3, into: [.fixed(8), .share(1)]) == [0, 0])
  }

  @Test func columnsStandSideBySideWithGaps() {
    let columns = Rect(x: 2, y: 1, width: 21, height: 3)
      .splitColumns([.share(1), .share(1)], gap: 1)
    #expect(
      columns == [Rect(x: 2, y: 1, width: 10, height: 3), Rect(x: 13, y: 1, width: 10, height: 3)])
  }

  @Test func rowsStandOneBelowTheOther() {
    let rows = Rect(x: 0, y: 0, width: 5, height: 4).splitRows([.fixed(1), .share(1)])
    #expect(
      rows == [Rect(x: 0, y: 0, width: 5, height: 1), Rect(x: 0, y: 1, width: 5, height: 3)])
  }
}

@Suite struct RectTests {
  @Test func intersectionOfDistantRectanglesIsEmpty() {
    let left = Rect(x: 0, y: 0, width: 3, height: 3)
    #expect(left.intersection(Rect(x: 5, y: 0, width: 3, height: 3)).isEmpty)
    #expect(
      left.intersection(Rect(x: 2, y: -1, width: 9, height: 2))
        == Rect(x: 2, y: 0, width: 1, height: 1))
  }

  @Test func insetsStopAtNothing() {
    #expect(Rect(x: 0, y: 0, width: 1, height: 9).inset(horizontal: 1, vertical: 2).isEmpty)
    #expect(
      Rect(x: 4, y: 4, width: 10, height: 9).inset(left: 1, bottom: 2)
        == Rect(x: 5, y: 4, width: 9, height: 7))
  }

  @Test func splitsNeverLeaveTheRectangle() {
    let rect = Rect(x: 3, y: 3, width: 4, height: 2)
    #expect(rect.splitTop(5).rest.isEmpty)
    #expect(rect.splitBottom(1).bottom == Rect(x: 3, y: 4, width: 4, height: 1))
    #expect(rect.splitRight(3).right == Rect(x: 4, y: 3, width: 3, height: 2))
    #expect(rect.splitLeft(-1).left.isEmpty)
  }

  @Test func aDialogIsCenteredAndFits() {
    let screen = Rect(x: 0, y: 0, width: 20, height: 10)
    #expect(
      screen.centered(Size(width: 8, height: 4)) == Rect(x: 6, y: 3, width: 8, height: 4))
    #expect(screen.centered(Size(width: 99, height: 99)) == screen)
  }
}
