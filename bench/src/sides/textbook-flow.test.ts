import * as tf from '@tensorflow/tfjs';
import { type Autoregressive, iaf, maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import type { Made } from '@pushforward/made';
import { expect, test } from 'vitest';
import {
  flowLogProb,
  flowToData,
  flowVariables,
  type TextbookFlow,
  textbookFlow,
  type TextbookLayer,
} from './textbook-flow.js';

const size = { dim: 4, hidden: [9, 7], transforms: 3 };

/** Our layer's network in the textbook's arrangement: dimensions in the layer's own order, the first parameter of all before the second. */
function layerOf(layer: Autoregressive): TextbookLayer {
  const { layers, order } = layer.conditioner as Made;
  const last = layers.length - 1;
  const outputs = tf.tensor1d(
    [0, 1].flatMap((parameter) => order.map((i) => 2 * i + parameter)),
    'int32',
  );
  const arrange = (values: tf.Tensor, l: number) => {
    const rows = l === 0 ? tf.gather(values, tf.tensor1d([...order], 'int32'), 0) : values;
    return l === last ? tf.gather(rows, outputs, 1) : rows;
  };
  return {
    weights: layers.map(({ weights }, l) => tf.variable(arrange(weights, l))),
    biases: layers.map(({ bias }, l) => tf.variable(l === last ? tf.gather(bias!, outputs) : bias!)),
    masks: layers
      .map((masked, l) => arrange(masked.effectiveWeights(), l))
      .map((weights) => tf.cast(tf.notEqual(weights, 0), 'float32') as tf.Tensor2D),
  };
}

test.each(['maf', 'iaf'] as const)(
  'the textbook %s has the density and the samples of ours with the same weights',
  async (kind) => {
    const ours = (kind === 'maf' ? maf : iaf)({ ...size, init: 'orthogonal', seed: 1 });
    const textbook: TextbookFlow = {
      kind,
      dim: size.dim,
      layers: ours.parts.toReversed().map((layer) => layerOf(layer as Autoregressive)),
    };
    const y = tf.randomNormal<tf.Rank.R2>([20, size.dim], 0, 1, 'float32', 2);
    const density = new Transformed(new StandardNormal(size.dim), ours);
    await expect(flowLogProb(textbook, y)).toBeAllClose(density.logProb(y));
    const { value, logDet } = ours.forwardAndLogDet(y);
    // After an odd number of layers the textbook's noise is in reverse.
    const samples = flowToData(textbook, tf.reverse(y, 1));
    await expect(samples.value).toBeAllClose(value);
    await expect(samples.logDet).toBeAllClose(logDet);
  },
);

test.each(['maf', 'iaf'] as const)('the textbook %s goes from data to noise and back', async (kind) => {
  const flow = textbookFlow(kind, size);
  for (const bias of flow.layers.flatMap(({ biases }) => biases))
    bias.assign(tf.randomNormal(bias.shape, 0, 0.3, 'float32', 3));
  const x = tf.randomNormal<tf.Rank.R2>([20, size.dim], 0, 1, 'float32', 4);
  const { value, logDet } = flowToData(flow, x);
  const logBase = new StandardNormal(size.dim).logProb(x);
  // Each layer's stretching magnifies the rounding of the one before.
  await expect(flowLogProb(flow, value)).toBeAllClose(tf.sub(logBase, logDet), { rtol: 1e-4, atol: 1e-4 });
  expect(flowVariables(flow)).toHaveLength(18);
});
