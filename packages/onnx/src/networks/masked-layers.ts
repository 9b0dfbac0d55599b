import type { Made } from '@pushforward/made';
import type { Graph, Value } from '../graph/graph.js';
import type { Weights } from '../weights.js';
import { range, takeBlock } from './block.js';

/** Writes blocks of a masked network's layers as products. */
export class MaskedLayers {
  readonly #matrices: Float32Array[];
  readonly #biases: (Float32Array | undefined)[];
  readonly #widths: number[];
  /** Rows of the context stand below those of the inputs. */
  readonly #contextRows: number[];

  constructor(
    readonly graph: Graph,
    made: Made,
    weights: Weights,
  ) {
    this.#widths = made.layers.map((layer) => layer.mask[0].length);
    this.#biases = made.layers.map(({ bias }) => bias && weights.of(bias));
    this.#matrices = made.layers.map((layer, l) => {
      const own = weights.ofMasked(layer);
      if (!made.network.layers[l].takesContext || !made.contextWeights) return own;
      const context = weights.of(made.contextWeights);
      const both = new Float32Array(own.length + context.length);
      both.set(own);
      both.set(context, own.length);
      return both;
    });
    this.#contextRows = range(made.dim, made.dim + made.contextDim);
  }

  /** The rows of a layer's matrix that the context acts through. */
  get contextRows(): readonly number[] {
    return this.#contextRows;
  }

  /** The product of some inputs of a layer with the weights of some of its units, plus an offset, or the bias if there is none. */
  product(l: number, input: Value, rows: readonly number[], units: readonly number[], offset?: Value): Value {
    const block = takeBlock(this.#matrices[l], this.#widths[l], rows, units);
    const added = offset ?? this.bias(l, units);
    return this.graph.op('Gemm', [
      input,
      this.graph.floats(block, [rows.length, units.length]),
      ...(added === undefined ? [] : [added]),
    ]);
  }

  /** The bias of some units, `[1, units]`, if the layer has one. */
  bias(l: number, units: readonly number[]): Value | undefined {
    const bias = this.#biases[l];
    return bias && this.graph.floats(takeBlock(bias, bias.length, [0], units), [1, units.length]);
  }
}
