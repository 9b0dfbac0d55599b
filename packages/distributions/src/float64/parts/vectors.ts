import type { Events } from '../contract/formulas.js';

/** The number of vectors of a length in events, and the context of each. */
export function vectorsOf(
  { values, count, context }: Events,
  dim: number,
): {
  vectors: number;
  /** Which event a vector belongs to. */
  eventOf: (vector: number) => number;
  context: Float64Array | undefined;
} {
  const vectors = values.length / dim;
  const each = vectors / count;
  const eventOf = (vector: number) => Math.floor(vector / each);
  if (!context || each === 1) return { vectors, eventOf, context };
  const width = context.length / count;
  const repeated = new Float64Array(vectors * width);
  for (let v = 0; v < vectors; v++) {
    const start = eventOf(v) * width;
    repeated.set(context.subarray(start, start + width), v * width);
  }
  return { vectors, eventOf, context: repeated };
}
