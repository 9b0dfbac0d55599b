import { add, concat, slice, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { NetworkLayer } from '../network/network.js';

/** Matrices by node or by layer; undefined where there is nothing. */
export type Blocks = readonly (Tensor2D | undefined)[];

/** Places in a block: those from the first up to the second. */
export type Span = readonly [number, number];

/**
 * Where the units of a range of degrees lie: `spans(node, from, to)` for degrees `from` up to `to`, counted from the first unit of degree
 * `begin`.
 */
export type Spans = (node: number, from: number, to: number) => Span;

/** {@link Spans} for every first degree of a network. */
export function spansOf(network: {
  starts: readonly number[];
  layers: readonly NetworkLayer[];
}): (begin: number) => Spans {
  const starts = [network.starts, ...network.layers.map((layer) => layer.starts)];
  return (begin) => (node, from, to) => [
    starts[node][from] - starts[node][begin],
    starts[node][to] - starts[node][begin],
  ];
}

/** Some rows, and some columns, of a block. */
export function cut(block: Tensor2D | undefined, rows: Span, columns?: Span): Tensor2D | undefined {
  if (!block) return undefined;
  const [height, width] = [rows, columns ?? [0, block.shape[1]]].map(([begin, end]) => end - begin);
  if (height === 0 || width === 0) return undefined;
  if (height === block.shape[0] && width === block.shape[1]) return block;
  return slice(block, [rows[0], columns?.[0] ?? 0], [height, width]);
}

/** The sum of what is there. */
export function plus(left: Tensor | undefined, right: Tensor | undefined): Tensor2D | undefined {
  return (left && right ? add(left, right) : (left ?? right)) as Tensor2D | undefined;
}

/** The rows of lower degrees and then those of upper ones, node by node. */
export function stack(lower: Blocks, upper: Blocks): Blocks {
  return lower.map((block, node) => {
    const above = upper[node];
    return block && above ? concat([block, above], 0) : (block ?? above);
  });
}
