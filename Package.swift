// swift-tools-version: 6.0
import PackageDescription

/// C is compiled for speed even in debug builds: these loops are the program's floor, and a debug
/// build without them is a hundred times slower.
let fastC: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno"])]

// Each target may import only those above it; README.md has the table with the reasons.
let package = Package(
  name: "sparsescope",
  products: [.executable(name: "sparsescope", targets: ["sparsescope"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "COpenBLAS"),
    .target(name: "CTerminal", linkerSettings: [.linkedLibrary("ncursesw")]),
    .target(name: "CKernels", cSettings: fastC),
    .target(name: "CCurl"),
    .target(name: "CImages", cSettings: fastC),
    .target(name: "CProcesses"),

    .target(name: "Experiments"),
    .target(name: "Canvas", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "Terminal", dependencies: ["Canvas", "CTerminal"]),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "CKernels"]),
    .target(name: "Checkpoints", dependencies: ["Experiments", "Tensors", "CCurl"]),
    .target(name: "Tokenizers", exclude: ["Unicode/make_unicode_tables.py"]),
    .target(name: "Transformers", dependencies: ["Tensors", "Checkpoints"]),
    .target(
      name: "Pruning", dependencies: ["Experiments", "Tensors", "Checkpoints", "CKernels"]),
    .target(name: "Tasks", dependencies: ["Experiments", "Checkpoints", "CImages"]),
    .target(
      name: "Engine",
      dependencies: [
        "Experiments", "Tensors", "Checkpoints", "Tokenizers", "Transformers", "Pruning", "Tasks",
        "CProcesses",
      ]),
    .target(
      name: "Runs",
      dependencies: [
        "Experiments", "CProcesses", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(name: "Explorer", dependencies: ["Canvas", "Experiments"]),
    .executableTarget(
      name: "sparsescope",
      dependencies: [
        "Experiments", "Canvas", "Terminal", "Tensors", "Checkpoints", "Tokenizers",
        "Transformers", "Pruning", "Tasks", "Engine", "Runs", "Explorer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [
        .copy("../../themes"), .copy("Resources/vit-digits"), .copy("Resources/digits"),
        .copy("Resources/peers"),
      ]),

    .testTarget(name: "ExperimentsTests", dependencies: ["Experiments"]),
    .testTarget(name: "CanvasTests", dependencies: ["Canvas"], exclude: ["Fixtures"]),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", "Canvas"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "Experiments", "Tensors"],
      exclude: ["Fixtures"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels"]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Tokenizers"], exclude: ["Fixtures"]),
    .testTarget(
      name: "TransformersTests",
      dependencies: ["Transformers", "Tensors", "Checkpoints", "Tasks", "Engine"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TasksTests", dependencies: ["Tasks", "CImages"], exclude: ["Fixtures"]),
    .testTarget(name: "PruningTests", dependencies: ["Pruning", "Checkpoints", "Experiments"]),
    .testTarget(
      name: "EngineTests",
      dependencies: [
        "Engine", "Experiments", "Pruning", "Tasks", "Tensors", "Checkpoints", "Tokenizers",
        "Transformers",
      ],
      exclude: ["Fixtures"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "Experiments"]),
    .testTarget(name: "ExplorerTests", dependencies: ["Explorer", "Canvas", "Experiments"]),
    .testTarget(
      name: "ProgramTests", dependencies: ["sparsescope", "Checkpoints", "Runs", "Experiments"]),
  ],
  swiftLanguageModes: [.v6]
)
