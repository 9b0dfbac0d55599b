import type { Mlp, ResidualMlp } from '@pushforward/made';
import type { FormulaBuilder, NetworkFormula } from '../contract/formulas.js';
import { logSigmoid } from '../contract/math.js';
import { activationFormulas } from './activation.js';
import { addProduct, denseOf } from './dense.js';

/** A multilayer perceptron. */
export function mlpFormula(mlp: Mlp, build: FormulaBuilder): NetworkFormula {
  const biases = mlp.biases.map((bias) => build.numbers(bias));
  const weights = mlp.weights.map((own, l) => denseOf(build.numbers(own), biases[l].length));
  const contextWeights = mlp.contextWeights && denseOf(build.numbers(mlp.contextWeights), biases[0].length);
  const activate = activationFormulas[mlp.activation];
  return (x, vectors, context) => {
    let input = mlp.inputDim > 0 ? x : context;
    for (const [l, bias] of biases.entries()) {
      const output = new Float64Array(vectors * bias.length);
      for (let v = 0; v < vectors; v++) output.set(bias, v * bias.length);
      // With neither input nor context there is a bias alone.
      if (weights[l] && input) addProduct(weights[l], input, output);
      if (l === 0 && contextWeights && context) addProduct(contextWeights, context, output);
      input = l < mlp.hidden.length ? output.map(activate) : output;
    }
    return input!;
  };
}

/** A residual network, gated by the context where there is one. */
export function residualMlpFormula(
  { input, blocks, gates, output, activation }: ResidualMlp,
  build: FormulaBuilder,
): NetworkFormula {
  const [first, last] = [input, output].map((own) => build.network(own));
  const [adding, gating] = [blocks, gates].map((list) => list.map((own) => build.network(own)));
  const activate = activationFormulas[activation];
  return (x, vectors, context) => {
    const stream = first(x, vectors, context);
    for (const [k, block] of adding.entries()) {
      const added = block(stream.map(activate), vectors, undefined);
      const gate = context && gating[k]?.(context, vectors, undefined);
      for (let i = 0; i < stream.length; i++) stream[i] += gate ? added[i] * Math.exp(logSigmoid(gate[i])) : added[i];
    }
    return last(stream, vectors, undefined);
  };
}
