import {
  add,
  reshape,
  slice,
  stack,
  type Tensor,
  tensor1d,
  tidy,
  type Variable,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import {
  admit,
  type AffineForm,
  checkInteger,
  checkNumbers,
  foldIn,
  key,
  linear,
  makeVariable,
  orthogonal,
  type Seed,
  type ModuleConfig,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import { isSplineForm } from '@pushforward/tensor/kernels';
import {
  checkInit,
  Conditioner,
  type Init,
  invertPermutation,
  type Order,
  ORTHOGONAL_GAIN,
  resolveOrder,
  type Step,
  type ValueAndLogDet,
} from '@pushforward/made';
import { type RankInputs, type Recurrence, type SequenceStart, unrollRecurrence } from './unroll-recurrence.js';
import { unstack } from './unstack.js';

/** Options of every {@link SequenceConditioner}. */
export interface SequenceConditionerOptions {
  /** D, the number of dimensions. */
  dim: number;
  /** P, the number of parameters of each dimension. Default 1. */
  parameterCount?: number;
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** In which order dimensions depend on each other. Default `'natural'`. */
  order?: Order;
  /** The P parameters that every dimension starts with, whatever the input if the output weights start at 0. Default all 0. */
  initialParameters?: readonly number[];
  /** Initialization of the output weights. Default `'identity'`: at 0. */
  init?: Init;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/** A whole network as kernels of the backend in use, for N events. */
export interface SequenceKernels {
  /** All parameters, `[N, D, P]`. */
  parameters(input: Tensor): Tensor;
  /** An affine step in either direction: `value` `[N, D]`, `logDet` `[N]`. */
  transform(input: Tensor, form: AffineForm, sequential: boolean): ValueAndLogDet;
}

/**
 * A conditioner that reads its inputs as a sequence, each value one position late: at position r, the r-th place in the order, it has seen the
 * context and the values of the positions before r. One linear map, the same for all positions, makes the parameters.
 *
 * A subclass gives the network of one position, as {@link start} and {@link advance}; the parallel pass, the sequential direction and its
 * gradient follow. Unrolling computes every position once. Its gradient computes each once more, and keeps what the memories hold, O(D)
 * numbers for each event.
 *
 * Where {@link kernels} gives some for the backend in use, they take the place of all that for parameters, and in both directions for
 * steps that are affine.
 *
 * **Shapes**: x `[...batch, D]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; parameters `[...batch, D, P]`.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type RankInputs, SequenceConditioner, type SequenceConditionerOptions } from '@pushforward/bijectors';
 * import { checkConditioner } from '@pushforward/made/testing';
 *
 * const WIDTH = 4;
 *
 * // The plainest recurrent network: its state is tanh(state·W + value·v + b), with another b for each position.
 * class Elman extends SequenceConditioner {
 *   static readonly type = 'Elman';
 *   static fromConfig(config: object) {
 *     return new Elman(config as SequenceConditionerOptions);
 *   }
 *   readonly stateWeights = tf.tidy(() => tf.variable(tf.randomNormal([WIDTH, WIDTH], 0, 0.5)));
 *   readonly valueWeights = tf.tidy(() => tf.variable(tf.randomNormal([1, WIDTH])));
 *   readonly biases = tf.tidy(() => tf.variable(tf.randomNormal([this.dim, WIDTH])));
 *   readonly memory = 'replaced';
 *
 *   constructor(options: SequenceConditionerOptions) {
 *     super('elman', options, WIDTH);
 *   }
 *   weights() {
 *     return [this.stateWeights, this.valueWeights];
 *   }
 *   start(rows: number) {
 *     return { memory: [tf.zeros([rows, WIDTH])], own: tf.unstack(this.biases), shared: [] };
 *   }
 *   advance([state]: readonly tf.Tensor[], value: tf.Tensor, { own }: RankInputs) {
 *     const mixed = state.matMul(this.stateWeights).add(value.expandDims(1).matMul(this.valueWeights));
 *     const output = mixed.add(own).tanh();
 *     return { output, memory: [output] };
 *   }
 *   config() {
 *     return { type: 'Elman', dim: this.dim, parameterCount: this.parameterCount, order: [...this.order] };
 *   }
 * }
 *
 * await checkConditioner(() => new Elman({ dim: 3, parameterCount: 2, order: 'reverse' }), { steps: 2 });
 * ```
 */
export abstract class SequenceConditioner extends Conditioner {
  readonly dim: number;
  readonly parameterCount: number;
  readonly contextDim: number;
  readonly order: readonly number[];
  /** `[W, P]` */
  readonly outputWeights: Variable;
  /** `[P]` */
  readonly outputBias: Variable;
  /**
   * How what is remembered changes from position to position: `'replaced'` by another memory, or `'grown'` along axis 1 by one place for each
   * position, so that an earlier memory is the beginning of a later one.
   */
  abstract readonly memory: 'replaced' | 'grown';
  readonly #name: string;

  /**
   * @param name what errors call it
   * @param width W, how many numbers a position's parameters are computed from
   */
  constructor(name: string, options: SequenceConditionerOptions, width: number) {
    super();
    const { dim, parameterCount = 1, contextDim = 0, init = 'identity' } = options;
    checkInit(name, init);
    checkInteger(`${name}: dim`, dim, 1);
    checkInteger(`${name}: parameterCount`, parameterCount, 1);
    checkInteger(`${name}: contextDim`, contextDim, 0);
    const initialParameters = options.initialParameters ?? Array.from({ length: parameterCount }, () => 0);
    checkNumbers(`${name}: initialParameters`, initialParameters, parameterCount);
    this.#name = name;
    this.dim = dim;
    this.parameterCount = parameterCount;
    this.contextDim = contextDim;
    this.order = resolveOrder(options.order ?? 'natural', dim);
    this.outputWeights = makeVariable([width, parameterCount], () =>
      init === 'orthogonal'
        ? orthogonal(foldIn(key(options.seed), 0), width, parameterCount, ORTHOGONAL_GAIN)
        : zeros([width, parameterCount]),
    );
    this.outputBias = makeVariable([parameterCount], () => tensor1d([...initialParameters]));
  }

  /** The variables that {@link advance} computes with; those of {@link start} are not among them. */
  abstract weights(): Variable[];

  /**
   * The initial state of the positions, computed from the context and variables.
   *
   * @param rows N, the number of events
   * @param context `[N, C]`
   */
  abstract start(rows: number, context?: Tensor): SequenceStart;

  /**
   * One position: what its parameters are computed from, `[N, W]`, and what is remembered afterwards.
   *
   * @param previous the value of the position before, 0 at the first, `[N]`
   */
  abstract advance(
    memory: readonly Tensor[],
    previous: Tensor,
    given: RankInputs,
  ): { output: Tensor; memory: Tensor[] };

  /**
   * The outputs of all positions where their values are known, `[D, N, W]`: by default, position by position.
   *
   * @param previous the value before each position, 0 at the first, `[N]` each
   * @param context `[N, C]`
   */
  outputs(previous: readonly Tensor[], context?: Tensor): Tensor {
    const { memory, own, shared } = this.start(previous[0].size, context);
    let remembered = memory;
    const outputs = previous.map((value, position) => {
      const next = this.advance(remembered, value, { own: own[position], shared });
      remembered = next.memory;
      return next.output;
    });
    return stack(outputs);
  }

  /** The same network as kernels for a context `[N, C]`, if the backend in use has any: by default none. */
  kernels(_context?: Tensor): SequenceKernels | undefined {
    return undefined;
  }

  parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { events, contexts, batch } = this.#arrange('x', x, context);
      const shape = [...batch, this.dim, this.parameterCount];
      const kernels = this.kernels(contexts);
      if (kernels) return withBatch(kernels.parameters(events), shape);
      const columns = this.#columns(events);
      const previous = [zerosLike(columns[0]), ...columns.slice(0, -1)];
      const byRank = unstack(linear(this.outputs(previous, contexts), this.outputWeights, this.outputBias));
      const parameters = stack(pick(byRank, invertPermutation(this.order)), 1);
      return withBatch(parameters, shape);
    });
  }

  override transform(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return this.#byKernels(input, step, context, false) ?? super.transform(input, step, context);
  }

  unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    const known = this.#byKernels(input, step, context, true);
    if (known) return known;
    const recurrence: Recurrence = {
      memory: this.memory,
      weights: [...this.weights(), this.outputWeights, this.outputBias],
      advance: (memory, previous, given) => {
        const next = this.advance(memory, previous, given);
        return { parameters: linear(next.output, this.outputWeights, this.outputBias), memory: next.memory };
      },
    };
    return tidy(() => {
      const { events, contexts, batch } = this.#arrange('input', input, context);
      const columns = this.#columns(events);
      const start = this.start(columns[0].size, contexts);
      const { values, logDet } = unrollRecurrence(recurrence, { input: columns, ...start }, step);
      const value = stack(pick(values, invertPermutation(this.order)), 1);
      return { value: withBatch(value, [...batch, this.dim]), logDet: withBatch(logDet, batch) };
    });
  }

  #byKernels(
    input: Tensor,
    { form }: Step,
    context: Tensor | undefined,
    sequential: boolean,
  ): ValueAndLogDet | undefined {
    if (!form || isSplineForm(form)) return undefined;
    return tidy(() => {
      const { events, contexts, batch } = this.#arrange('input', input, context);
      const known = this.kernels(contexts)?.transform(events, form, sequential);
      return known && { value: withBatch(known.value, [...batch, this.dim]), logDet: withBatch(known.logDet, batch) };
    });
  }

  /** The events, `[N, D]`, the context of each, `[N, C]`, and the batch that they are. */
  #arrange(
    argument: string,
    input: Tensor,
    given: Tensor | undefined,
  ): { events: Tensor; contexts?: Tensor; batch: readonly number[] } {
    const { dim, contextDim } = this;
    const { x, context, batch } = admit({
      name: this.#name,
      argument,
      x: input,
      event: [dim],
      context: given,
      contextDim,
    });
    // TensorFlow.js's cpu backend cannot slice what is empty: an empty batch is computed as one event, and none is returned.
    if (x.size === 0) return { events: zeros([1, dim]), contexts: context && zeros([1, contextDim]), batch };
    const events = reshape(x, [x.size / dim, dim]);
    return { events, contexts: context && rowsOf(context, batch), batch };
  }

  /** The values of each position, `[N]`. */
  #columns(events: Tensor): Tensor[] {
    return pick(unstack(events, 1), this.order);
  }
}

/** The first events of a result, under a batch shape. */
function withBatch(result: Tensor, shape: readonly number[]): Tensor {
  return reshape(shape.includes(0) ? slice(result, [0], [0]) : result, [...shape]);
}

/** By picking from lists, since the gradient of a gather is a scatter, which the wasm backend lacks. */
function pick(list: readonly Tensor[], indices: readonly number[]): Tensor[] {
  return indices.map((index) => list[index]);
}

/** One row of the context for every event of a batch. */
function rowsOf(context: Tensor, batch: readonly number[]): Tensor {
  const width = context.shape.at(-1)!;
  const rows = sizeOf(batch);
  // Not broadcastTo, whose gradient takes the result apart slice by slice.
  const repeated = context.size === rows * width ? context : add(context, zeros([...batch, width]));
  return reshape(repeated, [rows, width]);
}

/** The options of every sequence conditioner that a configuration keeps. */
export function readSequence(config: ModuleConfig): SequenceConditionerOptions {
  const fields = { dim: 'number', parameterCount: 'number?', contextDim: 'number?', order: 'numbers?' } as const;
  // Files from before release 0.1.0 call the width of the context `context`.
  return readConfig(config, fields, { contextDim: 'context' });
}
