import type { Activation } from '@pushforward/tensor';

/**
 * The place of one masked layer among the others. Node 0 of a network is its input, node l + 1 the output of layer l; the last
 * node is the parameters.
 */
export interface NetworkLayer {
  /** The node it reads: node 0 as it is, any other through the activation. */
  readonly from: number;
  /** The node that is added to the result. */
  readonly skip?: number;
  /** Whether the context's projection is added to the result. */
  readonly takesContext: boolean;
  /** Whether the units are the parameters, P for each dimension in the natural order, and not hidden ones. */
  readonly isOutput: boolean;
  /** The degrees of hidden units, ascending. */
  readonly degrees: readonly number[];
  /** Entry r, up to the number of degrees, is the number of units that see fewer than r degrees of dimensions, or the context alone. */
  readonly starts: readonly number[];
}

/**
 * The layers of a MADE: a chain of hidden layers, or a stream and residual blocks `h + W₂·act(W₁·act(h))`; a linear layer
 * from the input to the parameters if `direct`; and the output layer, to which that is added.
 *
 * @param degrees those of each list of hidden units; with `residual` the stream's, then those of each block's inner units
 * @param inputStarts how many dimensions have lower degrees, for each degree
 */
export function networkLayers(
  degrees: readonly (readonly number[])[],
  inputStarts: readonly number[],
  { parameterCount, residual, direct }: { parameterCount: number; residual: boolean; direct: boolean },
): NetworkLayer[] {
  const outputStarts = inputStarts.map((start) => start * parameterCount);
  const hidden = (residual ? alternate(degrees) : degrees).map((units, l): NetworkLayer => {
    const starts = inputStarts.map((_, below) => units.filter((degree) => degree < below).length);
    const skip = residual && l > 0 && l % 2 === 0 ? l - 1 : undefined;
    return { from: l, skip, takesContext: l === 0, isOutput: false, degrees: units, starts };
  });
  const last = hidden.length;
  const output = { from: last, takesContext: last === 0, isOutput: true, degrees: [], starts: outputStarts };
  if (!direct || last === 0) return [...hidden, output];
  return [...hidden, { ...output, from: 0 }, { ...output, skip: last + 1 }];
}

/** The stream's degrees before and after every block's inner ones. */
function alternate([stream, ...inner]: readonly (readonly number[])[]): (readonly number[])[] {
  return stream ? [stream, ...inner.flatMap((degrees) => [degrees, stream])] : [];
}

/** The structure of a masked network. */
export interface MadeNetwork {
  readonly order: readonly number[];
  /** Entry r, up to the number of degrees, is how many dimensions have lower degrees; those of one degree are chosen at once. */
  readonly starts: readonly number[];
  readonly activation: Activation;
  readonly layers: readonly NetworkLayer[];
}
