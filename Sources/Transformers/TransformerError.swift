/// Why a model cannot be run, each in one sentence that fits on the screen.
package enum TransformerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no `config.json` beside the weights.
  case noConfiguration(path: String)
  /// A `model_type` that the program has no code for.
  case unknownFamily(modelType: String)
  /// A class in `architectures` whose head the program has no code for.
  case unknownArchitecture(name: String)
  /// A setting of `config.json` that is missing, of the wrong type, or not supported.
  case badSetting(name: String, reason: String)
  /// Weights that the model needs and the files lack.
  case missingParameters(path: String, names: [String])
  /// A tensor whose shape does not follow from `config.json`.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])
  /// A tensor of integers where weights are needed.
  case notFloatingPoint(file: String, tensor: String, type: String)
  /// A model that reads text where images are needed, or the reverse.
  case wrongInput(model: String, expected: String)

  package var description: String {
    switch self {
    case .noConfiguration(let path):
      "\(path) has no config.json, without which the program cannot run a model"
    case .unknownFamily(let modelType):
      "the program cannot run `\(modelType)` models yet"
    case .unknownArchitecture(let name):
      "the program cannot run `\(name)` models yet"
    case .badSetting(let name, let reason):
      "config.json: `\(name)` \(reason)"
    case .missingParameters(let path, let names):
      """
      \(path) lacks \(names.count == 1 ? "the tensor" : "\(names.count) tensors, such as") \
      \(names.first ?? "")
      """
    case .wrongShape(let file, let tensor, let expected, let found):
      "\(file): \(tensor) has the shape \(found), but config.json asks for \(expected)"
    case .notFloatingPoint(let file, let tensor, let type):
      "\(file): \(tensor) holds \(type) where floating-point weights are needed"
    case .wrongInput(let model, let expected):
      "\(model) does not take \(expected)"
    }
  }
}
