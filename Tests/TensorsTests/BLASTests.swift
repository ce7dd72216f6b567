import Testing

@testable import Tensors

struct BLASTests {
  /// Numbers that repeat only after long, small enough for exact sums.
  private func fill(_ matrix: Matrix, seed: Int) {
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        matrix.base[row * matrix.stride + column] =
          Float((seed + 7 * row + 3 * column + row * column) % 11 - 5)
      }
    }
  }

  private func element(
    _ matrix: Matrix, _ row: Int, _ column: Int, _ operand: BLAS.Operand
  ) -> Float {
    operand == .plain ? matrix.row(row)[column] : matrix.row(column)[row]
  }

  @Test(arguments: [BLAS.Operand.plain, .transposed], [BLAS.Operand.plain, .transposed])
  func `products of all small shapes are exact, also of slices`(
    a aOperand: BLAS.Operand, b bOperand: BLAS.Operand
  ) throws {
    try BLAS.load()
    let workspace = Workspace()
    for (m, n, k) in [(1, 1, 1), (2, 3, 4), (5, 1, 7), (17, 16, 9), (33, 20, 31), (3, 4, 0)] {
      workspace.reset()
      let (aRows, aColumns) = aOperand == .plain ? (m, k) : (k, m)
      let (bRows, bColumns) = bOperand == .plain ? (k, n) : (n, k)
      let a = workspace.matrix(rows: aRows, columns: aColumns + 3).columns(2..<aColumns + 2)
      let b = workspace.matrix(rows: bRows, columns: bColumns)
      let c = workspace.matrix(rows: m, columns: n + 5).columns(0..<n)
      fill(a, seed: 1)
      fill(b, seed: 5)
      fill(c, seed: 2)
      let before = (0..<m).map { Array(c.row($0)) }
      BLAS.multiply(a, aOperand, b, bOperand, scale: 2, into: c, accumulating: true)
      for i in 0..<m {
        for j in 0..<n {
          let sum = (0..<k).reduce(Float(0)) {
            $0 + element(a, i, $1, aOperand) * element(b, $1, j, bOperand)
          }
          #expect(c.row(i)[j] == before[i][j] + 2 * sum)
        }
      }
    }
  }

  @Test func `loading names the kernels and the version`() throws {
    try BLAS.load()
    #expect(!BLAS.coreName.isEmpty)
    #expect(BLAS.configuration.contains("OpenBLAS"))
  }

  @Test func `errors tell which package to install`() {
    #expect("\(BLASError.notFound(reason: "no such file"))".contains("apt install libopenblas0"))
    #expect("\(BLASError.missingSymbol(name: "cblas_sgemm"))".contains("cblas_sgemm"))
  }
}
