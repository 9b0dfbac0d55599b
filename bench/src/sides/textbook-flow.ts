import * as tf from '@tensorflow/tfjs';

/** One masked network, with output `[…first parameter of each dimension, …second parameter of each]`. */
export interface TextbookLayer {
  weights: tf.Variable[];
  biases: tf.Variable[];
  masks: tf.Tensor2D[];
  /** `[C, units]`, to the first hidden layer. */
  contextWeights?: tf.Variable;
}

/** A masked autoregressive flow is parallel from data to noise, an inverse autoregressive one from noise to data. */
export type Kind = 'maf' | 'iaf';

export interface TextbookFlow {
  kind: Kind;
  dim: number;
  /** From data to noise, each in the natural order; dimensions are reversed in between. */
  layers: TextbookLayer[];
}

interface FlowResult {
  value: tf.Tensor2D;
  /** Of the map from noise to data. */
  logDet: tf.Tensor1D;
}

/**
 * An autoregressive flow as a textbook writes it on TensorFlow.js alone: every layer a matrix product with W∘M, the sequential
 * direction D passes through the whole network.
 *
 * Source: Germain et al. 2015, "MADE"; Papamakarios et al. 2017, "Masked autoregressive flow for density estimation", with its affine
 * map; Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", with its gate.
 */
export function textbookFlow(
  kind: Kind,
  size: { dim: number; hidden: readonly number[]; transforms: number },
  context = 0,
): TextbookFlow {
  const layers = Array.from({ length: size.transforms }, () => makeLayer(size.dim, size.hidden, context));
  return { kind, dim: size.dim, layers };
}

export function flowVariables({ layers }: TextbookFlow): tf.Variable[] {
  return layers.flatMap(({ weights, biases, contextWeights }) => [
    ...weights,
    ...biases,
    ...(contextWeights ? [contextWeights] : []),
  ]);
}

export function flowLogProb(flow: TextbookFlow, y: tf.Tensor2D): tf.Tensor1D {
  let x = y;
  let logDet: tf.Tensor1D = tf.zeros([y.shape[0]]);
  for (const layer of flow.layers) {
    const step = toNoise(flow, layer, x);
    x = tf.reverse(step.value, 1);
    logDet = tf.add(logDet, step.logDet);
  }
  const logBase = tf.sub(tf.mul(tf.sum(tf.square(x), 1), -0.5), 0.5 * flow.dim * Math.log(2 * Math.PI));
  return tf.sub(logBase, logDet);
}

export function flowToData(flow: TextbookFlow, x: tf.Tensor2D, context?: tf.Tensor2D): FlowResult {
  let y = x;
  let logDet: tf.Tensor1D = tf.zeros([x.shape[0]]);
  for (const layer of flow.layers.toReversed()) {
    const step = toData(flow, layer, tf.reverse(y, 1), context);
    y = step.value;
    logDet = tf.add(logDet, step.logDet);
  }
  return { value: y, logDet };
}

function toNoise(flow: TextbookFlow, layer: TextbookLayer, y: tf.Tensor2D): FlowResult {
  const invert = ({ shift, logScale }: Coefficients) =>
    tf.mul(tf.sub(y, shift), tf.exp(tf.neg(logScale))) as tf.Tensor2D;
  return flow.kind === 'maf' ? parallel(flow, layer, y, invert) : sequential(flow, layer, y, invert);
}

function toData(flow: TextbookFlow, layer: TextbookLayer, x: tf.Tensor2D, context?: tf.Tensor2D): FlowResult {
  const apply = ({ shift, logScale }: Coefficients) => tf.add(tf.mul(x, tf.exp(logScale)), shift) as tf.Tensor2D;
  return flow.kind === 'iaf' ? parallel(flow, layer, x, apply, context) : sequential(flow, layer, x, apply, context);
}

type Map = (coefficients: Coefficients) => tf.Tensor2D;

function parallel(
  flow: TextbookFlow,
  layer: TextbookLayer,
  input: tf.Tensor2D,
  map: Map,
  context?: tf.Tensor2D,
): FlowResult {
  const coefficients = coefficientsOf(flow.kind, network(layer, input, context));
  return { value: map(coefficients), logDet: tf.sum(coefficients.logScale, 1) };
}

/** After i passes the first i dimensions are right. */
function sequential(
  flow: TextbookFlow,
  layer: TextbookLayer,
  input: tf.Tensor2D,
  map: Map,
  context?: tf.Tensor2D,
): FlowResult {
  let value: tf.Tensor2D = tf.zerosLike(input);
  let logDet: tf.Tensor1D | undefined;
  for (let i = 0; i < flow.dim; i++) {
    const next = tf.tidy(() => {
      const coefficients = coefficientsOf(flow.kind, network(layer, value, context));
      return [map(coefficients), tf.sum(coefficients.logScale, 1)] as [tf.Tensor2D, tf.Tensor1D];
    });
    tf.dispose([value, ...(logDet ? [logDet] : [])]);
    [value, logDet] = next;
  }
  return { value, logDet: logDet! };
}

/** `y = x e^logScale + shift` */
interface Coefficients {
  shift: tf.Tensor2D;
  logScale: tf.Tensor2D;
}

function coefficientsOf(kind: Kind, parameters: tf.Tensor2D): Coefficients {
  const [first, raw] = tf.split<tf.Tensor2D>(parameters, 2, 1);
  if (kind === 'maf') return { shift: first, logScale: tf.mul(tf.tanh(tf.div(raw, 5)), 5) };
  // Not tf.logSigmoid, whose gradient needs an input that tidy has disposed of by then.
  const logScale = tf.neg(tf.softplus(tf.neg(tf.add(tf.mul(tf.tanh(tf.div(raw, 7)), 7), 2)))) as tf.Tensor2D;
  return { shift: tf.mul(tf.sub(1, tf.exp(logScale)), first), logScale };
}

function network(
  { weights, biases, masks, contextWeights }: TextbookLayer,
  x: tf.Tensor2D,
  context?: tf.Tensor2D,
): tf.Tensor2D {
  return weights.reduce((value, weight, i) => {
    const masked = tf.mul(weight, masks[i]) as tf.Tensor2D;
    let next = tf.add(tf.matMul(value, masked), biases[i]) as tf.Tensor2D;
    if (i === 0 && contextWeights && context)
      next = tf.add(next, tf.matMul(context, contextWeights as unknown as tf.Tensor2D));
    return i < weights.length - 1 ? tf.relu(next) : next;
  }, x);
}

function makeLayer(dim: number, hidden: readonly number[], context: number): TextbookLayer {
  const inputDegrees = Array.from({ length: dim }, (_, i) => i + 1);
  // The first dimension sees the context through units of degree 0.
  const hiddenDegree = (unit: number) => (context > 0 ? unit % dim : 1 + (unit % (dim - 1)));
  const hiddenDegrees = hidden.map((width) => Array.from({ length: width }, (_, unit) => hiddenDegree(unit)));
  const degrees = [inputDegrees, ...hiddenDegrees];
  const layer: TextbookLayer = { weights: [], biases: [], masks: [] };
  const add = (from: number[], to: number[], allowed: (from: number, to: number) => boolean) => {
    const scale = 1 / Math.sqrt(from.length);
    layer.weights.push(tf.variable(tf.randomUniform([from.length, to.length], -scale, scale)));
    layer.biases.push(tf.variable(tf.zeros([to.length])));
    layer.masks.push(tf.tensor2d(from.map((i) => to.map((j) => (allowed(i, j) ? 1 : 0)))));
  };
  hiddenDegrees.forEach((to, i) => add(degrees[i], to, (a, b) => a <= b));
  add(degrees[hidden.length], [...inputDegrees, ...inputDegrees], (a, b) => a < b);
  if (context > 0) layer.contextWeights = tf.variable(tf.mul(tf.randomNormal([context, hidden[0]]), 0.1));
  return layer;
}
