import type { Layer } from './arrays.js';

/** A layer with its mask applied, and which dimensions each of its outputs depends on. */
export interface MaskedLayer extends Layer {
  readonly sees: readonly ReadonlySet<number>[];
}

/** Values, and behind them what becomes of each. */
function both<T>(values: readonly T[], second: (value: T) => T): T[] {
  return [...values, ...values.map(second)];
}

function negative(row: Float64Array): Float64Array {
  return row.map((weight) => -weight);
}

/**
 * Residual blocks whose stream is read as it is at the end, as layers whose stream is read through a relu: with every unit h stands −h, and
 * `h = relu(h) − relu(−h)`.
 */
export function withBothSigns(layers: readonly MaskedLayer[]): MaskedLayer[] {
  const last = layers.length - 1;
  if (last % 2 !== 1) throw new Error('importFlow: residual blocks must have two layers each');
  return layers.map(({ weights, bias, sees }, l) => {
    const isStream = l < last && l % 2 === 0;
    // Layers inside of a block read the stream's relu; only the end reads it as it is.
    const wide =
      l === 0 || isStream
        ? weights
        : weights.map((row) => Float64Array.from(both([...row], (weight) => (l === last ? -weight : 0))));
    if (!isStream) return { weights: wide, bias, sees };
    return {
      weights: both(wide, negative),
      bias: Float64Array.from(both([...bias], (own) => -own)),
      sees: both(sees, (own) => own),
    };
  });
}
