import Foundation

/// Starts threads that are made for numerical work.
///
/// Swift's cooperative pool has as many threads as cores; a batch that runs there for a second keeps
/// everything else from running. These threads are the operating system's, with room on the stack.
package enum WorkerThread {
  /// Runs `body` on a new thread with a 16 MB stack.
  ///
  /// - Parameters:
  ///   - name: for `top` and debuggers; Linux keeps 15 bytes of it.
  ///   - niceness: how far the thread steps back behind others, so that the screen stays quick while
  ///     every core computes.
  package static func start(
    name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
  ) {
    let thread = Thread {
      // On Linux niceness belongs to the thread, not to the process.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
      body()
    }
    thread.name = name
    thread.stackSize = 16 << 20
    thread.start()
  }
}
