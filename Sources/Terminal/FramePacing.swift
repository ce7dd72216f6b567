/// When the next frame may be drawn, so that never more than one is on its way to the terminal.
///
/// Over a slow link frames would queue in buffers that hold megabytes, and what a person sees would
/// be seconds old. So each frame ends with a question to the terminal, and the next one waits for
/// the answer, which says that the frame is there. A terminal that answers nothing in the first
/// second is drawn on without waiting. Source: ECMA-48, device status report.
package struct FramePacing: Sendable {
  package typealias Instant = ContinuousClock.Instant

  /// From a frame to the answer to it; nil before the first answer.
  package private(set) var roundTrip: Duration?
  /// When each question that has no answer yet was asked, the oldest first.
  private var questions: [Instant] = []
  /// When the next frame is drawn though there is no answer; nil where it need not wait.
  private var due: Instant?
  /// nil as long as it is not known.
  private var doesAnswer: Bool?
  /// Answers in a row that were not waited for any longer.
  private var missed = 0

  private static let firstPatience = Duration.seconds(1)
  /// How long the end waits for the first answer of a terminal of which nothing is known.
  private static let lastPatience = Duration.seconds(2)
  /// The slowest link that frames are paced for.
  private static let bytesPerSecond = 2000.0
  /// A terminal that leaves out so many answers has stopped to give any.
  private static let toleratedMisses = 3

  package init() {}

  /// Whether a frame is to end with a question.
  package var asks: Bool { doesAnswer != false }

  /// Answers that may still come.
  package var openQuestions: Int { asks ? questions.count : 0 }

  /// Notes a frame of so many bytes that ended with a question.
  package mutating func asked(bytes: Int, at now: Instant) {
    questions.append(now)
    due =
      doesAnswer == nil
      ? now + Self.firstPatience : now + .seconds(2 + Double(bytes) / Self.bytesPerSecond)
  }

  /// Notes an answer; the terminal answers in the order in which it was asked.
  package mutating func answered(at now: Instant) {
    doesAnswer = true
    missed = 0
    guard !questions.isEmpty else { return }
    roundTrip = now - questions.removeFirst()
    if questions.isEmpty { due = nil }
  }

  /// The time until which the next frame waits; nil where it may be drawn now.
  package mutating func obstacle(at now: Instant) -> Instant? {
    guard let due else { return nil }
    if now < due { return due }
    self.due = nil
    missed += 1
    if doesAnswer == nil {
      // The question stays: over a very slow link its answer may still come.
      doesAnswer = false
    } else if missed == Self.toleratedMisses {
      doesAnswer = false
      questions = []
    }
    return nil
  }

  /// How long the last answers are worth waiting for at the end; zero where none are to come.
  package func patience(at now: Instant) -> Duration {
    guard let doesAnswer else {
      return max(.zero, (questions.first ?? now) + Self.lastPatience - now)
    }
    guard doesAnswer else { return .zero }
    return max(.milliseconds(250), (roundTrip ?? .zero) * 4, (due ?? now) - now)
  }

  /// Forgets the questions whose answers somebody else has taken.
  package mutating func forgetQuestions() {
    questions = []
    due = nil
  }

  /// How long a frame that no key has asked for lets the link rest.
  ///
  /// What streams in need not be drawn faster than a person sees, and a link that is free half of
  /// the time shows most keys at once.
  package var quietTime: Duration {
    min(.seconds(1), max(.milliseconds(33), (roundTrip ?? .zero) * 2))
  }
}
