import { tensor, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Primitive } from './primitives.js';

/** How many results of each primitive are looked at. */
const RESULTS = 20_000;

/** Numbers of float32 from a range: half of them spread evenly, the others with evenly spread exponents, down to a millionth of its ends. */
function numbersOf([low, high]: readonly [number, number], count: number): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Float32Array.from({ length: count }, (_, i) => {
    const u = (0.5 + i * golden) % 1;
    if (i % 2 === 0) return low + (high - low) * u;
    const end = low < 0 && i % 4 === 1 ? low : high;
    const smallest = low > 0 ? low : Math.abs(end) * 1e-6;
    return Math.sign(end) * smallest * (Math.abs(end) / smallest) ** u;
  });
}

/** The distance between two neighbouring numbers of float32. */
function ulpOf(value: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 23, -149);
}

/** The largest error of a primitive on the backend that is active, in units of the last place of the exact result. */
export async function worstUlps({ apply, exact, range, width = 1 }: Primitive): Promise<number> {
  const rows = Math.ceil(RESULTS / width);
  const x = numbersOf(range, rows * width);
  const input = tensor(x, width === 1 ? [rows] : [rows, width]);
  const result = tidy(() => apply(input));
  const values = await result.data<'float32'>();
  for (const used of [input, result] as Tensor[]) used.dispose();
  return values.reduce((worst, value, row) => {
    const expected = exact(Array.from(x.subarray(row * width, (row + 1) * width)));
    return Math.max(worst, Math.abs(value - expected) / ulpOf(expected));
  }, 0);
}
