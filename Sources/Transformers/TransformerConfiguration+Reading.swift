import Checkpoints

/// Settings of a `config.json`, with errors that name the setting.
struct ConfigurationReader {
  let json: JSONValue

  func integer(_ names: String..., default value: Int? = nil) throws(TransformerError) -> Int {
    for name in names {
      guard let member = json[name], member != .null else { continue }
      guard let integer = member.integer else {
        throw .badSetting(name: name, reason: "is not an integer")
      }
      return integer
    }
    guard let value else { throw .badSetting(name: names[0], reason: "is missing") }
    return value
  }

  /// An integer of at least 1, and small enough that sizes made of it cannot overflow.
  func size(_ names: String..., default value: Int? = nil) throws(TransformerError) -> Int {
    for name in names where json[name] != nil && json[name] != .null {
      let size = try integer(name)
      guard (1...(1 << 28)).contains(size) else {
        throw .badSetting(name: name, reason: "is \(size), which is no size")
      }
      return size
    }
    guard let value else { throw .badSetting(name: names[0], reason: "is missing") }
    return value
  }

  func number(_ names: String..., default value: Double) throws(TransformerError) -> Double {
    for name in names {
      guard let member = json[name], member != .null else { continue }
      guard let number = member.double else {
        throw .badSetting(name: name, reason: "is not a number")
      }
      return number
    }
    return value
  }

  /// What a norm adds to a variance.
  func epsilon(_ name: String, default value: Double) throws(TransformerError) -> Double {
    let epsilon = try number(name, default: value)
    guard epsilon >= 0, epsilon.isFinite else {
      throw .badSetting(name: name, reason: "is \(epsilon), which must not be negative")
    }
    return epsilon
  }

  /// A share in `0..<1`.
  func rate(_ names: String..., default value: Double) throws(TransformerError) -> Float {
    for name in names where json[name] != nil && json[name] != .null {
      let rate = try number(name, default: value)
      guard (0..<1).contains(rate) else {
        throw .badSetting(name: name, reason: "is \(rate), which is no share in 0..<1")
      }
      return Float(rate)
    }
    return Float(value)
  }

  func flag(_ name: String, default value: Bool) throws(TransformerError) -> Bool {
    guard let member = json[name], member != .null else { return value }
    guard let flag = member.bool else {
      throw .badSetting(name: name, reason: "is neither true nor false")
    }
    return flag
  }

  /// `pad_token_id`; nil where the file says null.
  func padding(default value: Int?) throws(TransformerError) -> Int? {
    guard let member = json["pad_token_id"] else { return value }
    return member == .null ? nil : try integer("pad_token_id")
  }

  /// The blocks with windowed attention: those that `layer_types` names so, else all from one on.
  func windowedBlocks(_ count: Int, from first: Int) throws(TransformerError) -> Set<Int> {
    guard let types = json["layer_types"]?.array else {
      return Set((0..<count).filter { $0 >= first })
    }
    guard types.count == count else {
      throw .badSetting(name: "layer_types", reason: "has \(types.count) kinds for \(count) blocks")
    }
    return Set((0..<count).filter { types[$0].string == "sliding_attention" })
  }

  func activation(_ name: String, default value: String) throws(TransformerError) -> Activation {
    let member = json[name] ?? .null
    guard member == .null || member.string != nil else {
      throw .badSetting(name: name, reason: "is not the name of a function")
    }
    let text = member.string ?? value
    guard let activation = Activation(named: text) else {
      throw .badSetting(name: name, reason: "is `\(text)`, a function that the program lacks")
    }
    return activation
  }

  /// A height and width: one number, or two in a list.
  func extent(_ name: String, default value: Int) throws(TransformerError) -> (Int, Int) {
    guard let list = json[name]?.array else {
      let size = try size(name, default: value)
      return (size, size)
    }
    guard list.count == 2, let height = list[0].integer, let width = list[1].integer, height > 0,
      width > 0
    else { throw .badSetting(name: name, reason: "is not one size or two") }
    return (height, width)
  }

  /// The classes by their number: `id2label`, else as many as `num_labels` says, else two.
  func labels() throws(TransformerError) -> [String] {
    guard let names = json["id2label"]?.object else {
      return (0..<(try size("num_labels", default: 2))).map { "LABEL_\($0)" }
    }
    var labels = [String?](repeating: nil, count: names.count)
    for (key, name) in names {
      guard let index = Int(key), labels.indices.contains(index), let name = name.string else {
        throw .badSetting(name: "id2label", reason: "does not number its classes from 0")
      }
      labels[index] = name
    }
    guard !labels.isEmpty, !labels.contains(nil) else {
      throw .badSetting(name: "id2label", reason: "does not number its classes from 0")
    }
    return labels.compactMap(\.self)
  }
}

extension TransformerConfiguration {
  /// Reads a `config.json`.
  ///
  /// - Throws: `TransformerError` where the program cannot run such a model.
  package init(_ json: JSONValue) throws(TransformerError) {
    let reader = ConfigurationReader(json: json)
    guard let modelType = json["model_type"]?.string else {
      throw .badSetting(name: "model_type", reason: "is missing")
    }
    guard let family = ModelFamily(rawValue: modelType) else {
      throw .unknownFamily(modelType: modelType)
    }
    let head = try Self.head(of: json["architectures"]?.array?.first?.string, family)
    switch family {
    case .bert, .roberta: try self.init(encoder: reader, family, head)
    case .distilbert: try self.init(distilBERT: reader, head)
    case .vit, .deit: try self.init(vision: reader, family, head)
    case .gpt2: try self.init(gpt2: reader, head)
    case .opt: try self.init(opt: reader, head)
    case .llama, .qwen2, .mistral: try self.init(llama: reader, family, head)
    }
    if head == .sequenceClassification || head == .imageClassification {
      labels = try reader.labels()
    }
    initializerRange = Float(try reader.number("initializer_range", "init_std", default: 0.02))
    try checkSizes()
  }

  /// Whether the program can run a model: throws the reason where it cannot. Needs no weights.
  package static func canRun(_ json: JSONValue?, path: String) throws(TransformerError) {
    guard let json else { throw .noConfiguration(path: path) }
    _ = try TransformerConfiguration(json)
  }

  private func checkSizes() throws(TransformerError) {
    guard blocks <= 4096 else {
      throw .badSetting(name: "num_hidden_layers", reason: "is \(blocks), more than any model has")
    }
    guard keyValueHeads <= heads, heads.isMultiple(of: keyValueHeads) else {
      throw .badSetting(
        name: "num_key_value_heads", reason: "is \(keyValueHeads), no divisor of \(heads) heads")
    }
  }

  /// The head that a class of transformers has; a bare model gets the family's usual one, fresh.
  private static func head(
    of architecture: String?, _ family: ModelFamily
  ) throws(TransformerError) -> ModelHead {
    let usual: ModelHead =
      switch family {
      case .bert, .roberta, .distilbert: .sequenceClassification
      case .vit, .deit: .imageClassification
      case .gpt2, .opt, .llama, .qwen2, .mistral: .causalLanguageModel
      }
    guard let architecture else { return usual }
    let isVision = family == .vit || family == .deit
    let isEncoder = [.bert, .roberta, .distilbert].contains(family)
    switch architecture {
    case let name where name.hasSuffix("ForSequenceClassification") && !isVision:
      return .sequenceClassification
    case let name where name.hasSuffix("ForQuestionAnswering") && isEncoder:
      return .questionAnswering
    case let name where name.hasSuffix("ForMaskedLM") && isEncoder: return .maskedLanguageModel
    case let name where name.hasSuffix("ForPreTraining") && isEncoder: return .maskedLanguageModel
    case let name where name.hasSuffix("ForImageClassification") && isVision: return usual
    case let name where name.hasSuffix("ForCausalLM") || name == "GPT2LMHeadModel":
      guard usual == .causalLanguageModel else { throw .unknownArchitecture(name: name) }
      return usual
    case let name where name.hasSuffix("Model"): return usual
    default: throw .unknownArchitecture(name: architecture)
    }
  }
}
