/// A task of telling images' classes, as it is named in commands.
///
/// All read any of the layouts; a name gives the title, the number of classes that the data must
/// have, and the names of the classes where the files have none.
package enum ImageTask: String, Sendable, Hashable, CaseIterable {
  case cifar10
  case cifar100
  case fashionMNIST = "fashion-mnist"
  case tinyImageNet = "tiny-imagenet"
  case images

  package var title: String {
    switch self {
    case .cifar10: "CIFAR-10"
    case .cifar100: "CIFAR-100"
    case .fashionMNIST: "Fashion-MNIST"
    case .tinyImageNet: "Tiny ImageNet"
    case .images: "images"
    }
  }

  /// nil where the data may have any number.
  package var classCount: Int? {
    switch self {
    case .cifar10, .fashionMNIST: 10
    case .cifar100: 100
    case .tinyImageNet: 200
    case .images: nil
    }
  }

  /// The classes in the order of the numbers in the files; nil where the files name them.
  var classes: [String]? {
    switch self {
    case .cifar10: Self.cifar10Classes
    case .cifar100: Self.cifar100Classes
    case .fashionMNIST: Self.fashionClasses
    case .tinyImageNet, .images: nil
    }
  }

  /// Reads one split of a folder, whichever of the layouts it has: IDX files, CIFAR's binary files
  /// or pickles, Tiny ImageNet's folders, or a folder for each class.
  package func read(at folder: String, split: ImageSplit) throws(TaskDataError) -> ImageDataset {
    let found = try layout(of: folder, split: split)
    guard found.count > 0 else {
      throw .noImages(folder: folder, reason: "the \(split.rawValue) split is empty")
    }
    let largest = found.labels.max() ?? 0
    if let classCount {
      let count = found.classes?.count ?? largest + 1
      guard found.classes == nil ? count <= classCount : count == classCount else {
        throw .noImages(
          folder: folder,
          reason: "\(title) has \(classCount) classes, but these images have \(count)")
      }
    }
    guard found.classes == nil, let classes else { return found }
    return found.naming(classes)
  }

  private func layout(of folder: String, split: ImageSplit) throws(TaskDataError) -> ImageDataset {
    for known in [ImageSplit.train, .test]
    where ImageDataset.idxFiles(in: folder, split: known) != nil {
      return try ImageDataset(idxFolder: folder, split: split)
    }
    if self != .cifar100, let batches = CIFARBatches(.ten, in: folder, split: split) {
      return try batches.read().naming(Self.cifar10Classes)
    }
    if self != .cifar10, let batches = CIFARBatches(.hundred, in: folder, split: split) {
      return try batches.read().naming(Self.cifar100Classes)
    }
    if let tiny = TinyImageNetFolder(in: folder) { return try tiny.read(split) }
    return try ImageFolder(in: folder, split: split).read()
  }

  private static let fashionClasses = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  private static let cifar10Classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  private static let cifar100Classes = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus \
    butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch \
    crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo \
    keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse \
    mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy \
    porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper \
    snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television \
    tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split(separator: " ").map(String.init)
}
