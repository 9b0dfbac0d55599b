import { type Activation, activations, formatShape, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { Made, Mlp } from '@pushforward/made';
import { type Arrays, layerOf, rowsOf } from './arrays.js';
import { perceptron } from './embedding.js';
import { textOf } from './network.js';
import { type MaskedLayer, withBothSigns } from './masked-layer.js';
import { put, putWeights } from './put.js';
import { asOurs, type Univariate } from './univariate.js';

/** A masked network, and what its context goes through before. */
export interface MaskedNetwork {
  readonly made: Made;
  readonly embedding?: Mlp;
}

/**
 * The masked network of an autoregressive layer.
 *
 * There, masks are matrices; here they follow from an order of the dimensions and from a degree for each unit. The order is one in which every dimension stands behind all
 * that it depends on, and a unit's degree is the place of the last dimension that it sees. So what a mask lets through there passes here; what it removes has weight 0. Units are
 * sorted by degree.
 */
export function maskedNetworkOf(
  arrays: Arrays,
  config: ModuleConfig,
  univariate: Univariate,
  { dim, contextDim }: { dim: number; contextDim: number },
): MaskedNetwork {
  const {
    layers: names,
    activation,
    residual,
    embedding,
  } = readConfig(config, {
    layers: 'list',
    activation: activations,
    residual: 'boolean',
    embedding: 'text?',
  });
  if (dim === 1 && contextDim === 0)
    throw new Error('importFlow: an autoregressive layer must have two dimensions or a context');
  // An embedded context is added to the first layer's units, one number to each.
  const inContext = embedding === undefined ? contextDim : 0;
  let layers = readLayers(
    arrays,
    names.map((name) => textOf('layers', name)),
    dim + inContext,
  );
  const last = layers.length - 1;
  layers[last] = { ...asOurs(layers[last], univariate, dim), sees: layers[last].sees };
  if (residual) {
    if (activation !== 'relu' || contextDim > 0)
      throw new Error(
        'importFlow: residual blocks of masked layers can be imported with the activation relu and without a context alone',
      );
    layers = withBothSigns(layers);
  }
  const { order, degrees } = orderOf(layers, dim, residual);
  const width = layers[0].weights.length;
  const made = new Made({
    dim,
    parameterCount: univariate.transform.parameterCount,
    hidden: degrees.map((own) => own.length),
    contextDim: embedding === undefined ? contextDim : width,
    order,
    degrees: degrees.map((own) => own.toSorted((a, b) => a - b)),
    activation: activation as Activation,
    residual,
    seed: 0,
  });
  const sorted = degrees.map((own) => own.map((_, unit) => unit).toSorted((a, b) => own[a] - own[b]));
  for (const [l, { weights, bias }] of layers.entries()) {
    const unitsOf = (node: number) => sorted[residual && node > 0 ? (node % 2 === 0 ? 0 : (node + 1) / 2) : node];
    const to = l === last ? weights.map((_, unit) => unit) : unitsOf(l);
    const from = l === 0 ? Array.from({ length: dim }, (_, i) => i) : unitsOf(l - 1);
    putWeights(
      made.layers[l].weights,
      to.map((unit) => Float64Array.from(from, (i) => weights[unit][i])),
    );
    put(
      made.layers[l].bias!,
      to.map((unit) => bias[unit]),
    );
  }
  if (embedding !== undefined) {
    const identity = sorted[0].map((unit) => Float64Array.from({ length: width }, (_, i) => (i === unit ? 1 : 0)));
    putWeights(made.contextWeights!, identity);
    const layer = layerOf(arrays, embedding, contextDim);
    if (layer.weights.length !== width)
      throw new Error(`importFlow: ${embedding} must give ${width} numbers, got ${layer.weights.length}`);
    return { made, embedding: perceptron([layer], activation as Activation, true) };
  }
  if (contextDim > 0)
    putWeights(
      made.contextWeights!,
      sorted[0].map((unit) => layers[0].weights[unit]),
      dim,
    );
  return { made };
}

function readLayers(arrays: Arrays, names: readonly string[], inputs: number): MaskedLayer[] {
  if (names.length === 0) throw new Error('importFlow: layers must hold at least one name');
  let seen: readonly ReadonlySet<number>[] = Array.from({ length: inputs }, (_, i) => new Set([i]));
  return names.map((name) => {
    const { weights, bias } = layerOf(arrays, name, seen.length);
    const mask = rowsOf(arrays, `${name}.mask`);
    if (mask.length !== weights.length || mask.some((row, j) => row.length !== weights[j].length))
      throw new Error(
        `importFlow: ${name}.mask must be [${weights.length}, ${seen.length}], got ${formatShape(arrays.get(`${name}.mask`)!.shape)}`,
      );
    const before = seen;
    seen = mask.map((row) => new Set([...row.keys()].flatMap((i) => (row[i] === 0 ? [] : [...before[i]]))));
    return { weights: weights.map((row, j) => row.map((weight, i) => weight * mask[j][i])), bias, sees: seen };
  });
}

/** An order of the dimensions that dependences allow, and the degrees of each list of hidden units. */
function orderOf(
  layers: readonly MaskedLayer[],
  dim: number,
  residual: boolean,
): { order: number[]; degrees: number[][] } {
  const outputs = layers.at(-1)!.sees;
  const each = outputs.length / dim;
  const dependsOn = Array.from(
    { length: dim },
    (_, i) => new Set(outputs.slice(i * each, (i + 1) * each).flatMap((own) => [...own].filter((j) => j < dim))),
  );
  const order: number[] = [];
  while (order.length < dim) {
    const next = dependsOn.findIndex((own, i) => !order.includes(i) && [...own].every((j) => order.includes(j)));
    if (next < 0) throw new Error('importFlow: masks must leave no dimension depending on itself');
    order.push(next);
  }
  const rank = order.map((_, i) => order.indexOf(i));
  const degreesOf = ({ sees }: MaskedLayer) =>
    sees.map((own) => Math.max(0, ...[...own].filter((i) => i < dim).map((i) => rank[i] + 1)));
  const hidden = layers.slice(0, -1).map(degreesOf);
  if (!residual) return { order, degrees: hidden };
  // The stream, then the layer inside of each block.
  const streams = hidden.filter((_, l) => l % 2 === 0);
  if (streams.some((own) => own.some((degree, unit) => degree > streams[0][unit])))
    throw new Error('importFlow: residual blocks must add to units what these may see');
  return { order, degrees: [streams[0], ...hidden.filter((_, l) => l % 2 === 1)] };
}
