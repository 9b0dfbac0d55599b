/** Four rows of four numbers, from wherever each lies, as four columns. */
// @ts-ignore: decorator
@inline
export function transposeFour(to0: usize, to1: usize, to2: usize, to3: usize, from0: usize, from1: usize, from2: usize, from3: usize): void {
  const r0 = v128.load(from0);
  const r1 = v128.load(from1);
  const r2 = v128.load(from2);
  const r3 = v128.load(from3);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to0, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to1, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to2, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to3, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** `target[column, row] = source[row, column]` */
export function transposeMatrix(target: usize, source: usize, rows: i32, columns: i32): void {
  for (let column: i32 = 0; column < columns; column++) {
    let from = source + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row++) {
      store<f32>(target, load<f32>(from));
      target += 4;
      from += <usize>columns << 2;
    }
  }
}
