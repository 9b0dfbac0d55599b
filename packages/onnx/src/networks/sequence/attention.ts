import type { AttentionConditioner } from '@pushforward/bijectors';
import type { Value } from '../../graph/graph.js';
import { activate } from '../activate.js';
import type { Advance, SequenceSetting } from './recurrence.js';

/** The epsilon of `LayerNorm`. */
const EPSILON = 1e-5;

/** A causal transformer that keeps the keys and values of the positions before. */
export function attention({ graph, weights, context }: SequenceSetting, conditioner: AttentionConditioner): Advance {
  const { width, heads, mlp, activation } = conditioner;
  const perHead = width / heads;
  type Variable = Parameters<typeof weights.of>[0];
  const vector = (variable: Variable) => graph.floats(weights.of(variable));
  const matrix = (variable: Variable, columns: number) => {
    const values = weights.of(variable);
    return graph.floats(values, [values.length / columns, columns]);
  };
  const norm = (x: Value, scale: Value, shift: Value) =>
    graph.op('LayerNormalization', [x, scale, shift], { axis: 1, epsilon: EPSILON });
  const blocks = conditioner.blocks.map((block) => ({
    attentionScale: vector(block.attentionScale),
    attentionShift: vector(block.attentionShift),
    attentionWeights: matrix(block.attentionWeights, 3 * width),
    mixWeights: matrix(block.mixWeights, width),
    mixBias: vector(block.mixBias),
    mlpScale: vector(block.mlpScale),
    mlpShift: vector(block.mlpShift),
    inner: matrix(block.mlpWeights[0], mlp),
    innerBias: vector(block.mlpBiases[0]),
    outer: matrix(block.mlpWeights[1], width),
    outerBias: vector(block.mlpBiases[1]),
    /** Of the positions before: `[rows, heads, W / heads, positions]` and `[rows, heads, positions, W / heads]`. */
    keys: [] as Value[],
    values: [] as Value[],
  }));
  const valueWeights = matrix(conditioner.valueWeights, width);
  const positions = weights.of(conditioner.positions);
  const [outputScale, outputShift] = [vector(conditioner.outputScale), vector(conditioner.outputShift)];
  const shaped = (x: Value, ...shape: number[]) => graph.op('Reshape', [x, graph.integers([0, ...shape])]);

  return (previous, position) => {
    const own = graph.floats(positions.subarray(position * width, (position + 1) * width), [1, width]);
    const offset =
      position === 0 && context !== undefined
        ? graph.op('Gemm', [context, matrix(conditioner.contextWeights!, width), own])
        : own;
    let stream = graph.op('Gemm', [previous, valueWeights, offset]);
    for (const block of blocks) {
      const seen = norm(stream, block.attentionScale, block.attentionShift);
      const [query, key, value] = graph.splitColumns(graph.op('MatMul', [seen, block.attentionWeights]), [
        width,
        width,
        width,
      ]);
      // One tensor for all positions so far, which the next position adds to.
      block.keys = [graph.joinColumns([...block.keys, shaped(key, heads, perHead, 1)], 3)];
      block.values = [graph.joinColumns([...block.values, shaped(value, heads, 1, perHead)], 2)];
      const scaled = graph.op('Mul', [shaped(query, heads, 1, perHead), 1 / Math.sqrt(perHead)]);
      const shares = graph.op('Softmax', [graph.op('MatMul', [scaled, block.keys[0]])], { axis: -1 });
      const attended = shaped(graph.op('MatMul', [shares, block.values[0]]), width);
      const mixed = graph.op('Add', [stream, graph.op('Gemm', [attended, block.mixWeights, block.mixBias])]);
      const normed = norm(mixed, block.mlpScale, block.mlpShift);
      const inner = activate(graph, activation, graph.op('Gemm', [normed, block.inner, block.innerBias]));
      stream = graph.op('Add', [mixed, graph.op('Gemm', [inner, block.outer, block.outerBias])]);
    }
    return norm(stream, outputScale, outputShift);
  };
}
