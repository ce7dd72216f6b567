/// How one task of an array stands, as Slurm says.
package struct SlurmTask: Sendable, Hashable, Codable {
  package var job: Int
  package var index: Int
  /// Slurm's word, such as `PENDING`.
  package var state: String
  /// Why it is in that state, as Slurm says, such as `Resources`; `None` where there is no reason.
  package var reason: String

  package init(job: Int, index: Int, state: String, reason: String) {
    self.job = job
    self.index = index
    self.state = state
    self.reason = reason
  }

  package var isQueued: Bool {
    ["PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"].contains(state)
  }

  package var isRunning: Bool {
    [
      "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT",
      "RESIZING",
    ].contains(state)
  }

  /// Whether somebody keeps it from starting.
  package var isHeld: Bool { isQueued && reason.hasPrefix("JobHeld") }

  /// Whether somebody has ended it.
  package var isCancelled: Bool { state == "CANCELLED" }

  /// Whether Slurm still has something to do with it.
  package var isActive: Bool { isQueued || isRunning }

  /// The state for a person: `queued (Resources)`, `held (JobHeldUser)`, `out of time`.
  package var words: String {
    let word =
      switch state {
      case _ where isQueued: isHeld ? "held" : "queued"
      case "CONFIGURING": "starting"
      case "COMPLETING": "ending"
      case "COMPLETED": "done"
      case "TIMEOUT": "out of time"
      case "NODE_FAIL": "node failed"
      default: state.lowercased().replacing("_", with: " ")
      }
    return ["None", "", "(null)"].contains(reason) ? word : "\(word) (\(reason))"
  }
}
