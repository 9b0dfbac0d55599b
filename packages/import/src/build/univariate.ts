import {
  type ElementwiseTransform,
  InvertTransform,
  RationalQuadraticSplineTransform,
  ShiftTransform,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  SoftplusAffineTransform,
} from '@pushforward/bijectors';
import { formatValue, type ModuleConfig, readConfig } from '@pushforward/tensor';
import type { Layer } from './arrays.js';

/** Which output of a library's network, times what, plus what, is a parameter of ours. */
interface Column {
  readonly index: number;
  readonly factor?: number;
  readonly offset?: number;
}

/** An elementwise map from data to base, as ours. */
export interface Univariate {
  readonly transform: ElementwiseTransform;
  /** The parameters of dimension i of n. */
  columns(i: number, n: number): Column[];
}

type Make = (config: ModuleConfig) => Univariate;

// From data to base is our inverse direction.
const backward = (transform: ElementwiseTransform) => new InvertTransform(transform);

/** Our softplus has an offset that the other library's has not: c with `minimum + softplus(c) = 1`. */
const centre = (minimum: number) => Math.log(Math.expm1(1 - minimum));

const inOrder = (transform: ElementwiseTransform): Univariate => {
  const { parameterCount } = transform;
  return {
    transform: backward(transform),
    columns: (i) => Array.from({ length: parameterCount }, (_, p) => ({ index: i * parameterCount + p })),
  };
};

const UNIVARIATES: Readonly<Record<string, Make>> = {
  'softclip-affine': (config) => inOrder(new SoftclipAffineTransform(readConfig(config, { slope: 'number' }))),
  'softclip-spline': (config) =>
    inOrder(new SoftclipSplineTransform(readConfig(config, { bins: 'number', bound: 'number', slope: 'number' }))),
  shift: () => inOrder(new ShiftTransform()),
  // The scale's parameter stands first.
  'softplus-affine': (config) => {
    const { epsilon } = readConfig(config, { epsilon: 'number' });
    return {
      transform: backward(new SoftplusAffineTransform({ minScale: epsilon })),
      columns: (i) => [{ index: 2 * i + 1 }, { index: 2 * i, offset: -centre(epsilon) }],
    };
  },
  // All shifts stand before all scales.
  'sigmoid-affine': (config) => {
    const { offset, epsilon } = readConfig(config, { offset: 'number', epsilon: 'number' });
    return {
      transform: backward(new SigmoidAffineTransform({ offset, minScale: epsilon })),
      columns: (i, n) => [{ index: i }, { index: n + i }],
    };
  },
  spline: (config) => {
    const shape = { bins: 'number', bound: 'number', minWidth: 'number', minHeight: 'number' } as const;
    const { sizeDivisor, ...options } = readConfig(config, {
      ...shape,
      minDerivative: 'number',
      sizeDivisor: 'number',
    });
    const { bins, minDerivative } = options;
    const transform = new RationalQuadraticSplineTransform(options);
    return {
      transform: backward(transform),
      columns: (i) =>
        Array.from({ length: transform.parameterCount }, (_, p) => ({
          index: i * transform.parameterCount + p,
          ...(p < 2 * bins ? { factor: 1 / sizeDivisor } : { offset: -centre(minDerivative) }),
        })),
    };
  },
};

/** @throws Error if the description names no map that there is */
export function univariateOf(config: ModuleConfig): Univariate {
  const make = Object.hasOwn(UNIVARIATES, config.type) ? UNIVARIATES[config.type] : undefined;
  if (!make)
    throw new Error(
      `importFlow: univariate must be one of ${Object.keys(UNIVARIATES).join(', ')}, got ${formatValue(config.type)}`,
    );
  return make(config);
}

/** The last layer of a network, with the parameters of ours in place of the library's. */
export function asOurs({ weights, bias }: Layer, univariate: Univariate, dimensions: number): Layer {
  const columns = Array.from({ length: dimensions }, (_, i) => univariate.columns(i, dimensions)).flat();
  if (columns.length !== weights.length)
    throw new Error(`importFlow: the last layer must give ${columns.length} parameters, got ${weights.length}`);
  return {
    weights: columns.map(({ index, factor = 1 }) => weights[index].map((weight) => weight * factor)),
    bias: Float64Array.from(columns, ({ index, factor = 1, offset = 0 }) => bias[index] * factor + offset),
  };
}
