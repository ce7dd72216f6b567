/// Which of a model's outputs stands for which class of a data set.
///
/// The rules:
/// 1. Where the data set names its classes and the model's `id2label` has every one of these names,
///    in any spelling that differs in case, `-`, `_` or spaces only, the names decide; the model may
///    know more classes.
/// 2. Where the data set has no names, or the model's are nothing but numbers (`LABEL_0`, `0`) and
///    as many as the data set has classes, the data set's own order decides.
/// 3. Anything else is an error that tells some of both lists.
package struct ImageClassOrder: Sendable, Hashable {
  /// The model's output for each of the data set's classes.
  package let outputs: [Int]

  /// - Parameter labels: the model's classes in the order of its outputs.
  package init(
    of labels: [String], for images: ImageDataset, named task: String
  ) throws(TaskDataError) {
    guard let classes = images.classes else {
      let largest = images.labels.max() ?? 0
      guard largest < labels.count else {
        throw .wrongImages(
          reason:
            "\(task) has the class \(largest), but the model knows \(labels.count) classes only")
      }
      outputs = Array(labels.indices)
      return
    }
    let names = labels.map(LabelName.init)
    let places = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    let named = classes.compactMap { places[LabelName($0)] }
    if named.count == classes.count, Set(named).count == named.count {
      outputs = named
    } else if labels.count == classes.count,
      Set(names.compactMap(\.number)) == Set(classes.indices)
    {
      outputs = names.map { $0.number! }.enumerated().sorted { $0.element < $1.element }
        .map(\.offset)
    } else {
      func list(_ names: [String]) -> String {
        names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
      }
      throw .wrongImages(
        reason: """
          \(task) has \(classes.count) classes (\(list(classes))), which the model's \
          \(labels.count) (\(list(labels))) do not name; give the classes these names in the \
          id2label of its config.json
          """)
    }
  }
}
