import Glibc

/// Starts threads that are made for numerical work.
///
/// Swift's cooperative pool has as many threads as cores; a batch that runs there for a second keeps
/// everything else from running. These threads are the operating system's, with room on the stack.
package enum WorkerThread {
  private final class Body {
    let name: String
    let niceness: Int32
    let run: @Sendable () -> Void

    init(name: String, niceness: Int32, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.niceness = niceness
      self.run = run
    }
  }

  /// Runs `body` on a new detached thread with a 16 MB stack.
  ///
  /// - Parameters:
  ///   - name: for `top` and debuggers; Linux keeps 15 bytes of it.
  ///   - niceness: how far the thread steps back behind others, so that the screen stays quick while
  ///     every core computes.
  package static func start(
    name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
  ) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 16 << 20)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(name: name, niceness: niceness, run: body))
    let status = pthread_create(
      &thread, &attributes,
      { context in
        let body = Unmanaged<Body>.fromOpaque(context!).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
        // On Linux niceness belongs to the thread, not to the process.
        setpriority(PRIO_PROCESS, 0, body.niceness)
        body.run()
        return nil
      }, context.toOpaque())
    precondition(
      status == 0, "the system gives no more threads: \(String(cString: strerror(status)))")
  }
}
