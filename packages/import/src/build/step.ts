import {
  ActNorm,
  Autoregressive,
  type Bijector,
  Coupling,
  EmbedContext,
  Invert,
  LuLinear,
  Permute,
  Sigmoid,
} from '@pushforward/bijectors';
import { invertPermutation } from '@pushforward/made';
import { formatValue, type Json, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { type Arrays, vectorOf } from './arrays.js';
import { maskedNetworkOf } from './masked-network.js';
import { networkOf } from './network.js';
import { put } from './put.js';
import { univariateOf } from './univariate.js';

/** The width of the vectors that a step maps, and of its context. */
export interface Widths {
  readonly dim: number;
  readonly contextDim: number;
}

type Make = (arrays: Arrays, config: ModuleConfig, widths: Widths) => Bijector;

const STEPS: Readonly<Record<string, Make>> = {
  autoregressive(arrays, config, widths) {
    const univariate = univariateOf(partOf(config, 'univariate'));
    const { made, embedding } = maskedNetworkOf(arrays, partOf(config, 'network'), univariate, widths);
    const layer = new Autoregressive(made, univariate.transform, 'inverse');
    return embedding ? new EmbedContext(layer, embedding) : layer;
  },
  coupling(arrays, config, { dim, contextDim }) {
    const { transformed } = readConfig(config, { transformed: 'numbers' });
    const univariate = univariateOf(partOf(config, 'univariate'));
    const dimensions = transformed.length;
    const widths = { inputDim: dim - dimensions, contextDim, dimensions };
    const network = networkOf(arrays, partOf(config, 'network'), univariate, widths);
    return new Coupling({ dim, transformed, network, transform: univariate.transform });
  },
  // To the base, place i takes the number at indices[i].
  permutation: (_, config, { dim }) => {
    const { indices } = readConfig(config, { indices: 'numbers' });
    const forward = new Permute({ dim, permutation: indices }).permutation;
    return new Permute({ dim, permutation: invertPermutation(forward) });
  },
  // To the base, x · scale + shift.
  affine: (_, config, { dim }) => {
    const { scale, shift } = readConfig(config, { scale: 'numbers', shift: 'numbers' });
    if (scale.length !== dim || shift.length !== dim || !scale.every((own) => own > 0 && own < Infinity))
      throw new Error(`importFlow: affine must have ${dim} shifts and as many positive scales`);
    const norm = new ActNorm({ dim });
    put(norm.loc, shift);
    put(norm.logScale, scale.map(Math.log));
    return new Invert(norm);
  },
  // To the base, log x − log(1 − x).
  logit: () => new Sigmoid(),
  // To the base, L·U·x + b.
  lu(arrays, config, { dim }) {
    const { lower, upper, diagonal, bias, epsilon } = readConfig(config, {
      lower: 'text',
      upper: 'text',
      diagonal: 'text',
      bias: 'text',
      epsilon: 'number',
    });
    const entries = (dim * (dim - 1)) / 2;
    const [below, above] = [vectorOf(arrays, lower, entries), vectorOf(arrays, upper, entries)];
    const raw = vectorOf(arrays, diagonal, dim);
    // Stored transposed, the logarithm of U's diagonal on the diagonal.
    const packed = new Float64Array(dim * dim);
    let [ofLower, ofUpper] = [0, 0];
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < i; j++) packed[j * dim + i] = below[ofLower++];
      for (let j = i + 1; j < dim; j++) packed[j * dim + i] = above[ofUpper++];
      packed[i * dim + i] = Math.log(epsilon + Math.max(raw[i], 0) + Math.log1p(Math.exp(-Math.abs(raw[i]))));
    }
    const linear = new LuLinear({ dim });
    put(linear.weights, packed);
    put(linear.bias, vectorOf(arrays, bias, dim));
    return new Invert(linear);
  },
};

/** One step from data to base, as a bijector from base to data. */
export function stepOf(arrays: Arrays, config: ModuleConfig, widths: Widths): Bijector {
  const make = Object.hasOwn(STEPS, config.type) ? STEPS[config.type] : undefined;
  if (!make)
    throw new Error(
      `importFlow: a step must be of type ${Object.keys(STEPS).join(', ')}, got ${formatValue(config.type)}`,
    );
  return make(arrays, config, widths);
}

/** A part of a description that has a type. */
function partOf(config: ModuleConfig, name: string): ModuleConfig {
  return typed(name, config[name]);
}

/** @throws Error unless it is an object with a type */
export function typed(name: string, value: Json | undefined): ModuleConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || typeof value.type !== 'string')
    throw new Error(`importFlow: ${name} must be an object with a type, got ${formatValue(value)}`);
  return value as ModuleConfig;
}
