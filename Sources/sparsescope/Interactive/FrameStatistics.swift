import Foundation

/// Writes one line of JSON for each frame, and a last one about all of them, for measurements and
/// for tests that wait for quiet.
///
/// | key | of a frame |
/// |---|---|
/// | `frame`, `at_ms` | its number, and when it was sent |
/// | `keys` | keys since the frame before |
/// | `bytes`, `total_bytes` | what it took, and all until then |
/// | `took_ms` | from the first of those keys, or messages, until it was sent |
/// | `round_trip_ms` | the terminal's last answer; null where it gives none |
/// | `busy`, `settled` | whether something is computed, and whether nothing is on its way |
///
/// The last line has `"summary":true`; a step is a frame that keys have asked for, and watching is
/// all the rest after the first frame.
final class FrameStatistics {
  private let file: FileHandle
  private let started = ContinuousClock.now
  private var frames = 0
  private var totalBytes = 0
  private var stepBytes = Samples()
  private var watchedBytes = 0
  private var roundTrips = Samples()
  private var lastRoundTrip: Duration?

  /// Opens the file; one that is there is written over, and a device stays the device that it is.
  init(path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else {
      throw CommandError(
        "\(path): cannot be written (\(String(cString: strerror(errno)))); "
          + "choose another file for --stats.")
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func record(
    bytes: Int, keys: Int, took: Duration, roundTrip: Duration?, isBusy: Bool, isSettled: Bool
  ) {
    frames += 1
    totalBytes += bytes
    if keys > 0 {
      stepBytes.add(Double(bytes))
    } else if frames > 1 {
      watchedBytes += bytes
    }
    // An answer takes longer than a nanosecond to be the same again by chance.
    if let roundTrip, roundTrip != lastRoundTrip { roundTrips.add(roundTrip) }
    lastRoundTrip = roundTrip
    write(
      "{\"frame\":\(frames),\"at_ms\":\(Self.milliseconds(.now - started)),\"keys\":\(keys),"
        + "\"bytes\":\(bytes),\"total_bytes\":\(totalBytes),"
        + "\"took_ms\":\(Self.milliseconds(took)),"
        + "\"round_trip_ms\":\(roundTrip.map { "\(Self.milliseconds($0))" } ?? "null"),"
        + "\"busy\":\(isBusy),\"settled\":\(isSettled)}")
  }

  /// Writes the last line.
  func finish() {
    let elapsed = ContinuousClock.now - started
    func text(_ value: Double?) -> String {
      value.map { "\(($0 * 1000).rounded() / 1000)" } ?? "null"
    }
    let steps = stepBytes.count > 0 ? stepBytes : nil
    write(
      "{\"summary\":true,\"elapsed_ms\":\(Self.milliseconds(elapsed)),\"frames\":\(frames),"
        + "\"total_bytes\":\(totalBytes),\"steps\":\(stepBytes.count),"
        + "\"step_bytes_median\":\(text(steps?.median)),"
        + "\"step_bytes_p95\":\(text(steps?.percentile(95))),"
        + "\"watching_bytes_per_minute\":\(text(Double(watchedBytes) / (elapsed / .seconds(60)))),"
        + "\"round_trip_ms_median\":\(text(roundTrips.count > 0 ? roundTrips.median : nil))}")
  }

  private func write(_ line: String) {
    // Statistics that cannot be written must not disturb what they are about.
    try? file.write(contentsOf: Data((line + "\n").utf8))
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    (duration / .milliseconds(1) * 1000).rounded() / 1000
  }
}
