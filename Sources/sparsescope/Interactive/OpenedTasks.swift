import Engine
import Synchronization

/// Tasks that have been opened on other threads, until the session takes them.
final class OpenedTasks: Sendable {
  private let evaluators = Mutex<[Int: any LevelEvaluator]>([:])

  func put(_ evaluator: any LevelEvaluator, for number: Int) {
    evaluators.withLock { $0[number] = evaluator }
  }

  func take(_ number: Int) -> (any LevelEvaluator)? {
    evaluators.withLock { $0.removeValue(forKey: number) }
  }
}
