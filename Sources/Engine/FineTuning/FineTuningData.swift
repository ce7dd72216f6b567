import Tasks
import Tokenizers
import Transformers

/// What a model is trained on, and what it is measured on.
package struct FineTuningData: Sendable {
  package let task: FineTuningTask
  package let examples: any TrainingExamples
  /// nil where nothing is held out.
  package let heldOut: (any HeldOutExamples)?

  package init(
    task: FineTuningTask, examples: any TrainingExamples, heldOut: (any HeldOutExamples)?
  ) {
    self.task = task
    self.examples = examples
    self.heldOut = heldOut
  }

  /// Sentences of GLUE.
  package init(
    _ train: GLUEDataset, heldOut: GLUEDataset?, for model: FineTuningModel, tokenizer: Tokenizer,
    settings: FineTuningSettings, limit: Int? = nil
  ) throws {
    let configuration = model.loaded.model.configuration
    let order = try LabelOrder(of: configuration.labels, for: train.task)
    let text = configuration.textInput
    let length = configuration.longest(settings.maxLength)
    self.init(
      task: .glue(train.task),
      examples: try SentenceExamples(
        train, order: order, tokenizer: tokenizer, maxLength: length, text: text, limit: limit),
      heldOut: try heldOut.map {
        try HeldOutSentences(
          $0, order: order, tokenizer: tokenizer, maxLength: length, text: text)
      })
  }

  /// Questions of SQuAD.
  package init(
    _ train: SQuADDataset, heldOut: SQuADDataset?, for model: FineTuningModel,
    tokenizer: Tokenizer, settings: FineTuningSettings, limit: Int? = nil
  ) throws {
    let configuration = model.loaded.model.configuration
    let text = configuration.textInput
    let length = configuration.longest(settings.maxLength)
    self.init(
      task: .squad,
      examples: try QuestionExamples(
        train, tokenizer: tokenizer, maxLength: length, stride: settings.stride, text: text,
        limit: limit),
      heldOut: try heldOut.map {
        try HeldOutQuestions(
          $0, tokenizer: tokenizer, maxLength: length, stride: settings.stride, text: text)
      })
  }

  /// Images, whose labels are the model's outputs.
  package init(
    _ train: ImageClassification, heldOut: ImageClassification?, for model: FineTuningModel,
    limit: Int? = nil
  ) throws {
    let configuration = model.loaded.model.configuration
    guard case .image(let image) = configuration.input else {
      preconditionFailure("a model of images has the head for images")
    }
    for task in [train, heldOut].compactMap(\.self) {
      try task.check(ImageShape(image), labels: configuration.labels.count)
    }
    self.init(
      task: .images(name: train.name, classes: configuration.labels),
      examples: ImageExamples(train, image: image, limit: limit),
      heldOut: heldOut.map { HeldOutImages($0, image: image) })
  }
}

extension TransformerConfiguration {
  fileprivate var textInput: TextInput {
    guard case .text(let text) = input else {
      preconditionFailure("a model of text has the head for texts")
    }
    return text
  }

  /// A task's own limit of tokens, or the model's where that is less.
  fileprivate func longest(_ limit: Int) -> Int { min(limit, usualTokens ?? limit) }
}
