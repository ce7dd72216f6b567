import ArgumentParser
import Foundation
import Tokenizers

/// Prints the ids that a model's tokenizer makes of a file's lines.
struct Tokenize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the token ids of each line of a text, special tokens included.")

  @Argument(
    help: "The model's folder, or a file in it.", completion: .directory)
  var model: String

  @Argument(help: "A text in UTF-8, or - for standard input.", completion: .file())
  var file: String

  @Flag(help: "Each line is a pair of texts with a tab between.")
  var pair = false

  @Flag(help: "Print JSON: an array of the ids of each line.")
  var json = false

  func run() throws {
    let tokenizer = try Tokenizer.load(folder: folder)
    let lines = try TextLines(file: file)
    var output = IDLines(json: json)
    for (index, line) in lines.lines.enumerated() {
      output.append(try encode(line, number: index + 1, of: lines, with: tokenizer).ids)
    }
    try StandardOutput.write(output.data)
  }

  /// The folder that was given, or that the file is in that was given.
  private var folder: String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: model, isDirectory: &isFolder)
    guard exists, !isFolder.boolValue else { return model }
    let parent = (model as NSString).deletingLastPathComponent
    return parent.isEmpty ? "." : parent
  }

  private func encode(
    _ line: Substring, number: Int, of lines: TextLines, with tokenizer: Tokenizer
  ) throws -> Encoding {
    guard pair else { return tokenizer.encode(String(line)) }
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count == 2 else {
      throw CommandError(
        "\(lines.name): line \(number): \(columns.count) columns instead of two; put one tab "
          + "between the two texts of a pair")
    }
    return tokenizer.encode(String(columns[0]), pair: String(columns[1]))
  }
}

/// The lines of a text, without their ends: a line feed, or a carriage return and a line feed.
private struct TextLines {
  /// For messages.
  let name: String
  let lines: [Substring]

  /// - Parameter file: a path, or `-` for standard input.
  init(file: String) throws {
    name = file == "-" ? "standard input" : file
    let data: Data
    do {
      data =
        file == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data()
        : try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw CommandError("\(name): cannot be read; check the path and its permissions")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      // Each line feed is a byte of its own in UTF-8, so the lines can be told without decoding.
      let parts = data.split(separator: 0x0A, omittingEmptySubsequences: false)
      let bad = parts.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
      throw CommandError("\(name): line \(bad + 1): not UTF-8; convert the file to UTF-8")
    }
    var lines: [Substring] = []
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.utf8.firstIndex(of: 0x0A) ?? rest.endIndex
      let line = rest[..<end]
      let hasReturn = end < rest.endIndex && line.utf8.last == 0x0D
      lines.append(hasReturn ? Substring(line.utf8.dropLast()) : line)
      rest = end < rest.endIndex ? rest[rest.utf8.index(after: end)...] : rest[end...]
    }
    self.lines = lines
  }
}

/// Lists of ids as they are printed; written by hand, since there may be millions.
private struct IDLines {
  private let json: Bool
  private var text = ""

  init(json: Bool) {
    self.json = json
  }

  mutating func append(_ ids: [Int]) {
    guard json else {
      text += ids.lazy.map(String.init).joined(separator: " ") + "\n"
      return
    }
    text += text.isEmpty ? "[[" : ",\n["
    text += ids.lazy.map(String.init).joined(separator: ",") + "]"
  }

  var data: Data {
    guard json else { return Data(text.utf8) }
    return Data((text.isEmpty ? "[" : text).utf8) + Data("]\n".utf8)
  }
}
