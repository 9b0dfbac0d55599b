import { add, mul, reshape, type Tensor, tensor1d, tidy, tile, type Variable, zeros } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  type AdmittedArguments,
  checkBoolean,
  checkInteger,
  checkIntegers,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkTable,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  type Seed,
  split,
  uniform,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import {
  hasMaskedNetworkKernels,
  type MaskedNetworkArrays,
  maskedParameters,
  maskedTransform,
} from '@pushforward/tensor/kernels';
import { Conditioner, type Step, type ValueAndLogDet } from '../contract/conditioner.js';
import { type HiddenDegrees, resolveDegrees } from '../masks/degrees.js';
import { rowsFor } from '../network/rows-for.js';
import { checkInit, type Init, ORTHOGONAL_GAIN } from '../network/init.js';
import { MaskedLinear } from '../network/masked-linear.js';
import { type DependencyGraph, graphStructure, hiddenParents } from '../masks/graph.js';
import { masksOfGraph, masksOfOrder } from '../network/network-masks.js';
import { networkLayers, type MadeNetwork } from '../network/network.js';
import { type Order, resolveOrder } from '../masks/order.js';
import { unroll } from '../unroll/unroll.js';

/** Options of {@link Made}. */
export interface MadeOptions {
  /** D, the number of dimensions. */
  dim: number;
  /** P, the number of parameters of each dimension. Default 1. */
  parameterCount?: number;
  /**
   * The widths of the hidden layers; `[]` makes every parameter linear in the dimensions before. With `residual`: the width of the
   * stream, then that of each block's inner layer. A layer narrower than the D − 1 degrees (D with a context) leaves some
   * connections out. Default `[64, 64]`.
   */
  hidden?: readonly number[];
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** In which order dimensions depend on each other. Default `'natural'`. */
  order?: Order;
  /**
   * Which dimensions depend on which, in place of an order where not all depend on all before them: entry `[i][j]` is 1 where the
   * parameters of dimension i may depend on dimension j. Its unrolling takes as many steps as the longest path has dimensions. Every
   * hidden layer must be as wide as there are different sets of parents.
   */
  graph?: DependencyGraph;
  /** The hidden degrees: evenly spread, random, or given, ascending, one list for each hidden layer. Default `'even'`. */
  degrees?: HiddenDegrees | readonly (readonly number[])[];
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** Whether the inputs also act on the outputs directly, through a masked linear map. Default false. */
  direct?: boolean;
  /** Whether blocks `h + W₂·act(W₁·act(h) + b₁) + b₂` take the place of plain layers. Default false. */
  residual?: boolean;
  /** Whether each unit's weights are a direction times a length. Default false. */
  weightNorm?: boolean;
  /** The P parameters that every dimension starts with, whatever the input if the output weights start at 0. Default all 0. */
  initialParameters?: readonly number[];
  /** Initialization of the output weights, and with `residual` of those of each block. Default `'identity'`: at 0. */
  init?: Init;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/** The names of {@link MadeOptions} but those of the parameters. */
export const structureOptions = [
  'dim',
  'hidden',
  'contextDim',
  'order',
  'graph',
  'degrees',
  'activation',
  'direct',
  'residual',
  'weightNorm',
  'init',
  'seed',
] as const;

/**
 * A masked autoencoder for distribution estimation: a feed-forward network whose masks leave no path from dimension j to the parameters
 * of dimension i unless j comes before i in the order.
 *
 * Units carry degrees: input i has its place 1 … D in the order, the context has 0, a hidden unit sees degrees up to its own, an output
 * those below its own. Hidden degrees run from 1, or 0 where there is a context, to D − 1. With a `graph` a hidden unit sees the
 * parents of some dimension, and those dimensions read it that have all of these parents. Output weights start at 0, so that
 * a flow whose `initialParameters` mean the identity starts at it, unless `init` says otherwise.
 *
 * **Shapes**: x `[...batch, D]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; parameters `[...batch, D, P]`.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation"; residual blocks: Nash & Durkan 2019,
 * "Autoregressive energy machines".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Made } from '@pushforward/made';
 *
 * const made = new Made({ dim: 3, parameterCount: 2, hidden: [16, 16], seed: 0 });
 * console.log(made.parameters(tf.zeros([5, 3])).shape); // [ 5, 3, 2 ]
 * ```
 */
export class Made extends Conditioner {
  static readonly type: string = 'Made';
  static override fromConfig(config: ModuleConfig): Made {
    return new Made({ ...readMade(config), seed: 0 });
  }

  readonly dim: number;
  readonly parameterCount: number;
  readonly contextDim: number;
  readonly order: readonly number[];
  readonly activation: Activation;
  readonly direct: boolean;
  readonly residual: boolean;
  readonly weightNorm: boolean;
  /** The degrees of each list of hidden units, ascending; with `residual` the stream's come first. */
  readonly degrees: readonly (readonly number[])[];
  /** The hidden layers, then the direct connections if there are any, then the output layer. */
  readonly layers: readonly MaskedLinear[];
  /** `[C, units]`, to the first layer. */
  readonly contextWeights?: Variable;
  readonly #graph?: DependencyGraph;
  readonly #network: MadeNetwork;

  constructor(options: MadeOptions) {
    super();
    checkOptions('Made', options, [...structureOptions, 'parameterCount', 'initialParameters']);
    const {
      dim,
      parameterCount = 1,
      hidden = [64, 64],
      contextDim = 0,
      activation = 'relu',
      direct = false,
      residual = false,
      weightNorm = false,
      init = 'identity',
    } = options;
    checkInteger('Made: dim', dim, 1);
    checkInteger('Made: parameterCount', parameterCount, 1);
    checkInteger('Made: contextDim', contextDim, 0);
    checkIntegers('Made: hidden', hidden, 1);
    checkOneOf('Made: activation', activation, activations);
    for (const [name, value] of Object.entries({ direct, residual, weightNorm })) checkBoolean(`Made: ${name}`, value);
    checkInit('Made', init);
    const initialParameters = options.initialParameters ?? Array.from({ length: parameterCount }, () => 0);
    checkNumbers('Made: initialParameters', initialParameters, parameterCount);
    // The masks, and what they are made from, are as large as the weights.
    const widths = [dim, ...(dim === 1 && contextDim === 0 ? [] : hidden), dim * parameterCount];
    checkTable(
      'Made: the weights',
      widths.slice(1).reduce((total, width, l) => total + widths[l] * width, 0),
    );
    this.dim = dim;
    this.parameterCount = parameterCount;
    this.contextDim = contextDim;
    const { graph } = options;
    if (graph && (options.order || options.degrees))
      throw new Error(`Made: ${options.order ? 'order' : 'degrees'} must be left out where there is a graph`);
    const structure = graph && graphStructure(graph, dim);
    this.#graph = graph;
    this.order = structure?.order ?? resolveOrder(options.order ?? 'natural', dim);
    this.activation = activation;
    this.direct = direct;
    this.residual = residual;
    this.weightNorm = weightNorm;
    // Where nothing depends on anything, a hidden unit would be a constant.
    const isConstant = contextDim === 0 && (graph ? structure!.starts.length === 2 : dim === 1);
    const parents =
      graph && !isConstant ? hidden.map((width) => hiddenParents(graph, structure!, width, contextDim > 0)) : [];
    const byOrder = () => resolveDegrees(options.degrees ?? 'even', hidden, dim, contextDim > 0);
    this.degrees = graph ? parents.map(({ degrees }) => degrees) : isConstant ? [] : byOrder();

    const starts = structure?.starts ?? Array.from({ length: dim + 1 }, (_, degree) => degree);
    const layers = networkLayers(this.degrees, starts, { parameterCount, residual, direct });
    this.#network = { order: this.order, starts, activation, layers };
    const keys = split(key(options.seed), layers.length + 1);
    const masks = graph
      ? masksOfGraph(graph, layers, parents, parameterCount)
      : masksOfOrder(this.order, layers, parameterCount);
    this.layers = layers.map(({ from, skip, isOutput }, l) => {
      // The last layer of the network or of a block adds nothing at gain 0, and no gradient passes it.
      const isIdle = isOutput || skip !== undefined;
      const idleGain = init === 'orthogonal' ? ORTHOGONAL_GAIN : 0;
      const hiddenGain = from === 0 ? 1 : Math.SQRT2;
      // The output layer has the bias of the direct connections that are added to it.
      const bias = !(isOutput && l < layers.length - 1);
      return new MaskedLinear(masks[l], {
        gain: isIdle ? idleGain : hiddenGain,
        orthogonal: isIdle && init === 'orthogonal',
        weightNorm: this.weightNorm,
        bias,
        seed: keys[l],
      });
    });
    tidy(() => this.layers.at(-1)!.bias!.assign(tile(tensor1d([...initialParameters]), [dim])));
    if (contextDim > 0) {
      const bound = layers[0].isOutput ? 0 : Math.sqrt(3 / contextDim);
      const shape = [contextDim, layers[0].starts.at(-1)!];
      this.contextWeights = makeVariable(shape, () => mul(uniform(keys[layers.length], shape, { minval: -1 }), bound));
    }
  }

  override get graph(): DependencyGraph | undefined {
    return this.#graph;
  }

  /** How its layers read each other and when each unit is known: what a program needs that computes the same elsewhere. */
  get network(): MadeNetwork {
    return this.#network;
  }

  parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = this.#admit('x', x, context);
      if (hasMaskedNetworkKernels()) return maskedParameters(this.#network, this.#arrays(given));
      const nodes = [given.x];
      for (const [l, { from, skip, takesContext }] of this.#network.layers.entries()) {
        let value = this.layers[l].apply(from === 0 ? given.x : activate(this.activation, nodes[from]));
        if (takesContext && given.context) value = add(value, linear(given.context, this.contextWeights!));
        if (skip !== undefined) value = add(value, nodes[skip]);
        nodes.push(value);
      }
      return reshape(nodes.at(-1)!, [...given.x.shape, this.parameterCount]);
    });
  }

  override transform(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('input', input, context);
      return this.#byKernel(given, step, false) ?? super.transform(given.x, step, given.context);
    });
  }

  unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('input', input, context);
      const known = this.#byKernel(given, step, true);
      if (known) return known;
      const { x, batch } = given;
      const rows = sizeOf(batch);
      const weights = this.layers.map((layer) => layer.effectiveWeights());
      const offsets = this.#network.layers.map(({ takesContext, starts }, l) => {
        const units = starts.at(-1)!;
        const { bias } = this.layers[l];
        if (takesContext && given.context) return rowsFor(batch, linear(given.context, this.contextWeights!, bias));
        return bias ? reshape(bias, [1, units]) : zeros([1, units]);
      });
      const { value, logDet } = unroll(this.#network, weights, offsets, reshape(x, [rows, this.dim]), step);
      return { value: reshape(value, x.shape), logDet: reshape(logDet, [...batch]) };
    });
  }

  override config(): ModuleConfig {
    return {
      type: Made.type,
      dim: this.dim,
      parameterCount: this.parameterCount,
      hidden: this.degrees.map((degrees) => degrees.length),
      contextDim: this.contextDim,
      ...(this.graph
        ? { graph: this.graph.map((row) => [...row]) }
        : { order: [...this.order], degrees: this.degrees.map((degrees) => [...degrees]) }),
      activation: this.activation,
      direct: this.direct,
      residual: this.residual,
      weightNorm: this.weightNorm,
    };
  }

  #byKernel(given: AdmittedArguments, { form }: Step, sequential: boolean): ValueAndLogDet | undefined {
    if (!form || !hasMaskedNetworkKernels(form)) return undefined;
    return maskedTransform(this.#network, this.#arrays(given), form, sequential);
  }

  /** The arrays for the kernels, which apply the masks. */
  #arrays({ x: input, context, batch }: AdmittedArguments): MaskedNetworkArrays {
    return {
      input,
      // By degree more of a graph's weights are left in than its mask leaves.
      weights: this.layers.map((layer) => (this.weightNorm || this.graph ? layer.effectiveWeights() : layer.weights)),
      offsets: this.#network.layers.map(({ takesContext }, l) => {
        const { bias } = this.layers[l];
        return takesContext && context ? rowsFor(batch, linear(context, this.contextWeights!, bias)) : bias;
      }),
    };
  }

  #admit(argument: string, x: Tensor, context: Tensor | undefined): AdmittedArguments {
    return admit({ name: 'Made', argument, x, event: [this.dim], context, contextDim: this.contextDim });
  }
}

/** The options that a configuration keeps. */
export function readMade(config: ModuleConfig): MadeOptions {
  const numbers = { dim: 'number', parameterCount: 'number?', contextDim: 'number?' } as const;
  const lists = { hidden: 'numbers?', order: 'numbers?', degrees: 'rows?', graph: 'rows?' } as const;
  const flags = { direct: 'boolean?', residual: 'boolean?', weightNorm: 'boolean?' } as const;
  const fields = { ...numbers, ...lists, ...flags, activation: [...activations, undefined] } as const;
  // Files from before release 0.1.0 call the width of the context `context`.
  return readConfig(config, fields, { contextDim: 'context' });
}
