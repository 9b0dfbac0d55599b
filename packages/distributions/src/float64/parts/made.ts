import type { Made, MaskedLinear } from '@pushforward/made';
import type { ConditionerFormula, FormulaBuilder } from '../contract/formulas.js';
import { activationFormulas } from './activation.js';
import { addProduct, denseOf } from './dense.js';

/** A masked network that computes every unit once, in one go or rank by rank. */
export function madeFormula(made: Made, build: FormulaBuilder): ConditionerFormula {
  const { parameterCount } = made;
  const { order, starts, activation, layers } = made.network;
  const activate = activationFormulas[activation];
  const ranks = starts.slice(1).map((end, rank) => order.slice(starts[rank], end));
  const units = layers.map((layer) => layer.starts.at(-1)!);
  const weights = made.layers.map((layer, l) => denseOf(effectiveWeights(layer, build), units[l]));
  const biases = made.layers.map(({ bias }) => bias && build.numbers(bias));
  const contextWeights = made.contextWeights && denseOf(build.numbers(made.contextWeights), units[0]);

  /** The units of a layer that belong to ranks, as ranges. */
  const rangesOf = (l: number, from: number, to: number): (readonly [number, number])[] => {
    const { isOutput, starts: begins } = layers[l];
    if (!isOutput) return [[begins[from], begins[to]]];
    if (from === 0 && to === ranks.length) return [[0, units[l]]];
    const dimensions = ranks.slice(from, to).flat();
    return dimensions.map((i) => [i * parameterCount, (i + 1) * parameterCount] as const);
  };

  return {
    ranks,
    begin(x, vectors, context) {
      // The results of each layer, and their activations, which later layers read.
      const nodes = units.map((count, l) => {
        const node = new Float64Array(vectors * count);
        const bias = biases[l];
        if (bias) for (let v = 0; v < vectors; v++) node.set(bias, v * count);
        return node;
      });
      if (context && contextWeights)
        for (const [l, layer] of layers.entries())
          if (layer.takesContext) addProduct(contextWeights, context, nodes[l]);
      const active = nodes.map((node) => new Float64Array(node.length));
      return {
        parameters: nodes.at(-1)!,
        advance(from, to) {
          for (const [l, { from: source, skip }] of layers.entries()) {
            const input = source === 0 ? x : active[source - 1];
            for (const [begin, end] of rangesOf(l, from, to)) {
              addProduct(weights[l], input, nodes[l], begin, end);
              for (let v = 0; v < vectors; v++) {
                const row = v * units[l];
                for (let u = row + begin; u < row + end; u++) {
                  if (skip !== undefined) nodes[l][u] += nodes[skip - 1][u];
                  active[l][u] = activate(nodes[l][u]);
                }
              }
            }
          }
        },
      };
    },
  };
}

/** The weights as they act, `[inputs, outputs]`. */
function effectiveWeights({ weights, mask, gain }: MaskedLinear, build: FormulaBuilder): Float64Array {
  const outputs = mask[0].length;
  const masked = build.numbers(weights).map((weight, i) => weight * mask[Math.floor(i / outputs)][i % outputs]);
  if (!gain) return masked;
  // The constant that keeps the norm of no weights from 0 in float32 too.
  const squares = new Float64Array(outputs).fill(1e-12);
  for (const [i, weight] of masked.entries()) squares[i % outputs] += weight * weight;
  const lengths = build.numbers(gain);
  return masked.map((weight, i) => (weight * lengths[i % outputs]) / Math.sqrt(squares[i % outputs]));
}
