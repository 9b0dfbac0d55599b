import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Bijector, iaf, maf } from '@pushforward/bijectors';
import { normal, key } from '@pushforward/tensor';
import type { Comparison } from './protocol.js';

const ROWS = 256;
/** How long a direction is timed at most, in milliseconds. */
const LONGEST = 400;

/** The time of both directions of a MAF and of an IAF, and of the textbook's inverse, which runs the network once for each dimension. */
export async function compareDirections(sizes: { dim: number; width: number; depth: number }): Promise<Comparison> {
  const { dim, width, depth } = sizes;
  const x = normal(key(0), [ROWS, dim]);
  const options = { dim, transforms: depth, hidden: [width, width], seed: 0 };
  const [asMaf, asIaf] = [maf(options), iaf(options)];
  const density = (flow: Bijector) => () => flow.inverseAndLogDet(x).value;
  const sampling = (flow: Bijector) => () => flow.forwardAndLogDet(x).value;
  try {
    const rows: [
      Comparison['rows'][number]['flow'],
      'density' | 'sampling',
      Comparison['rows'][number]['kind'],
      () => Tensor,
      number,
    ][] = [
      ['MAF', 'density', 'one pass', density(asMaf), 1],
      ['MAF', 'sampling', 'one sweep', sampling(asMaf), 1],
      ['MAF', 'sampling', 'D passes', density(asMaf), dim],
      ['IAF', 'sampling', 'one pass', sampling(asIaf), 1],
      ['IAF', 'density', 'one sweep', density(asIaf), 1],
      ['IAF', 'density', 'D passes', sampling(asIaf), dim],
    ];
    const timed: Comparison['rows'][number][] = [];
    for (const [flow, direction, kind, f, times] of rows)
      timed.push({ flow, direction, kind, milliseconds: await timeOf(f, times) });
    return { dim, rows: timed };
  } finally {
    dispose(x);
    asMaf.dispose();
    asIaf.dispose();
  }
}

/** The median time of so many calls in a row, read back. */
async function timeOf(f: () => Tensor, times: number): Promise<number> {
  const seen: number[] = [];
  const end = performance.now() + LONGEST;
  for (let i = 0; i < 3 || (i < 30 && performance.now() < end); i++) {
    const start = performance.now();
    for (let call = 0; call < times; call++) {
      const value = tidy(f);
      await value.data();
      value.dispose();
    }
    // The first call compiles.
    if (i > 0) seen.push(performance.now() - start);
  }
  return seen.toSorted((a, b) => a - b)[Math.floor(seen.length / 2)];
}
