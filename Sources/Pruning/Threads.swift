import Glibc

/// Threads of the operating system's, since work of many milliseconds would block the few that
/// Swift's tasks share.
enum Threads {
  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// Runs the closure on so many threads at once, the calling one among them, and waits.
  static func run(_ count: Int, _ body: @Sendable () -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [pthread_t] = []
      for _ in 1..<max(count, 1) {
        let context = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let code = pthread_create(
          &thread, nil,
          { context in
            Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
            return nil
          }, context.toOpaque())
        if code == 0 {
          threads.append(thread)
        } else {
          // Where the system gives no more threads, those there are do all the work.
          context.release()
        }
      }
      body()
      for thread in threads { pthread_join(thread, nil) }
    }
  }
}
