import {
  add,
  concat,
  matMul,
  reshape,
  split,
  type Tensor,
  tanh,
  tensor1d,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  checkIntegers,
  checkNumber,
  checkOptions,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  split as splitKey,
  readConfig,
} from '@pushforward/tensor';
import { hasLstmKernels, type LstmNetwork, lstmParameters, lstmTransform } from '@pushforward/tensor/kernels';
import { lstmCell } from './lstm-cell.js';
import {
  SequenceConditioner,
  type SequenceConditionerOptions,
  type SequenceKernels,
  readSequence,
} from '../sequence/sequence-conditioner.js';
import { uniformVariable } from '../sequence/uniform-variable.js';
import type { RankInputs, SequenceStart } from '../sequence/unroll-recurrence.js';
import { unstack } from '../sequence/unstack.js';

/** Options of {@link LstmConditioner}. */
export interface LstmConditionerOptions extends SequenceConditionerOptions {
  /** The width of each layer's state. Default `[64]`. */
  hidden?: readonly number[];
  /**
   * Initial bias of the forget gates: a fresh layer keeps about sigmoid(forgetBias) of its cells from one dimension to the next.
   * Default 1, that is 0.73.
   */
  forgetBias?: number;
}

/**
 * A long short-term memory that goes over the dimensions in their order. Its step for dimension i is fed the value of the dimension before, the
 * context, and a learned vector of its own, so that dimensions can differ though all steps share their weights:
 *
 * `(i, f, o, g) = W·(value before, state) + V·context + position + b`, `cell' = σ(f)·cell + σ(i)·tanh(g)`,
 * `state' = σ(o)·tanh(cell')`; a further layer is fed the state below it in place of the value. The context also sets the initial
 * states and cells, to `tanh(U·context + c)`; without a context they are 0. The first step's value before is 0.
 *
 * Output weights start at 0, so that a flow whose `initialParameters` mean the identity starts at it.
 *
 * The parallel pass takes D steps too, so that both directions cost the same. Where the backend has no kernel for them, it has all D on the
 * tape, whereas {@link unroll} keeps only the states and cells for its gradient.
 *
 * **Shapes**: x `[...batch, D]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; parameters `[...batch, D, P]`.
 *
 * Source: Hochreiter & Schmidhuber 1997, "Long short-term memory"; as the network of a flow: Kingma et al. 2016, "Improving variational
 * inference with inverse autoregressive flow", section 4.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { LstmConditioner } from '@pushforward/bijectors';
 *
 * const lstm = new LstmConditioner({ dim: 3, parameterCount: 2, hidden: [16, 16], contextDim: 4, seed: 0 });
 * console.log(lstm.parameters(tf.zeros([5, 3]), tf.ones([5, 4])).shape); // [ 5, 3, 2 ]
 * ```
 */
export class LstmConditioner extends SequenceConditioner {
  static readonly type: string = 'LstmConditioner';
  static override fromConfig(config: ModuleConfig): LstmConditioner {
    return new LstmConditioner({ ...readSequence(config), ...readConfig(config, { hidden: 'numbers?' }), seed: 0 });
  }

  /** The width H of each layer's state. */
  readonly hidden: readonly number[];
  /** Each layer's weights, `[inputs + H, 4·H]`: its inputs and then its state to the input, forget and output gates and the candidates. */
  readonly layers: readonly Variable[];
  /** Each layer's bias, `[4·H]`. */
  readonly biases: readonly Variable[];
  /** Offset of the first layer's bias at each position, `[D, 4·H₁]`. */
  readonly positions: Variable;
  /** `[C, 4·H₁]`, to the first layer at every position. */
  readonly contextWeights?: Variable;
  /** `[C, 2·ΣH]`, to the initial states. */
  readonly stateWeights?: Variable;
  /** `[2·ΣH]` */
  readonly stateBias?: Variable;
  readonly memory = 'replaced';
  readonly #network: LstmNetwork;

  constructor(options: LstmConditionerOptions) {
    checkOptions('LstmConditioner', options, [
      'hidden',
      'forgetBias',
      'dim',
      'parameterCount',
      'contextDim',
      'order',
      'initialParameters',
      'init',
      'seed',
    ]);
    const { hidden = [64], forgetBias = 1 } = options;
    checkIntegers('LstmConditioner: hidden', hidden, 1);
    if (hidden.length === 0) throw new Error('LstmConditioner: hidden must name at least one width, got none');
    checkNumber('LstmConditioner: forgetBias', forgetBias);
    super('LstmConditioner', options, hidden.at(-1)!);
    this.hidden = [...hidden];
    this.#network = { order: this.order, parameterCount: this.parameterCount, hidden: this.hidden };

    const [positionKey, contextKey, stateKey, ...layerKeys] = splitKey(key(options.seed), 3 + hidden.length);
    // Value, state, position and context each bring a gate a variance of at most a third.
    this.layers = hidden.map((width, l) => {
      const inputs = l === 0 ? 1 : hidden[l - 1];
      const bounds = [inputs, width].flatMap((count) => Array.from({ length: count }, () => 1 / Math.sqrt(count)));
      return uniformVariable(layerKeys[l], [inputs + width, 4 * width], bounds);
    });
    this.biases = hidden.map((width) => {
      const initial = () => [0, forgetBias, 0, 0].flatMap((value) => Array.from({ length: width }, () => value));
      return makeVariable([4 * width], () => tensor1d(initial()));
    });
    this.positions = uniformVariable(positionKey, [this.dim, 4 * hidden[0]], 1);
    if (this.contextDim > 0) {
      const states = 2 * hidden.reduce((total, width) => total + width, 0);
      const bound = 1 / Math.sqrt(this.contextDim);
      this.contextWeights = uniformVariable(contextKey, [this.contextDim, 4 * hidden[0]], bound);
      this.stateWeights = uniformVariable(stateKey, [this.contextDim, states], bound);
      this.stateBias = makeVariable([states], () => zeros([states]));
    }
  }

  override config(): ModuleConfig {
    return {
      type: LstmConditioner.type,
      dim: this.dim,
      parameterCount: this.parameterCount,
      hidden: [...this.hidden],
      contextDim: this.contextDim,
      order: [...this.order],
    };
  }

  weights(): Variable[] {
    return [...this.layers, ...this.biases.slice(1)];
  }

  start(rows: number, context?: Tensor): SequenceStart {
    const widths = this.hidden.map((width) => 2 * width);
    return {
      memory: context ? parts(this.#states(context), widths) : widths.map((width) => zeros([rows, width])),
      own: unstack(add(this.positions, this.biases[0])),
      shared: context ? [linear(context, this.contextWeights!)] : [],
    };
  }

  advance(
    memory: readonly Tensor[],
    previous: Tensor,
    { own, shared }: RankInputs,
  ): { output: Tensor; memory: Tensor[] } {
    let input: Tensor = reshape(previous, [previous.size, 1]);
    const next = this.layers.map((weights, l) => {
      const [state, cell] = split(memory[l], 2, 1);
      const bias = l > 0 ? this.biases[l] : shared.reduce((total, fed) => add(total, fed), own);
      const after = lstmCell(matMul(concat([input, state], 1), weights), bias, cell);
      input = split(after, 2, 1)[0];
      return after;
    });
    return { output: input, memory: next };
  }

  override kernels(context?: Tensor): SequenceKernels | undefined {
    if (!hasLstmKernels()) return undefined;
    const arrays = {
      offsets: add(this.positions, this.biases[0]),
      context: context && linear(context, this.contextWeights!),
      states: context && this.#states(context),
      layers: this.layers,
      biases: this.biases.slice(1),
      outputWeights: this.outputWeights,
      outputBias: this.outputBias,
    };
    return {
      parameters: (input) => lstmParameters(this.#network, { ...arrays, input }),
      transform: (input, form, sequential) => lstmTransform(this.#network, { ...arrays, input }, form, sequential),
    };
  }

  /** Each layer's state, then its cells, before the first position. */
  #states(context: Tensor): Tensor {
    return tanh(linear(context, this.stateWeights!, this.stateBias));
  }
}

/** `tf.split` along the last of two axes, also into one part, where the gradient of TensorFlow.js fails. */
function parts(x: Tensor, widths: number[]): Tensor[] {
  return widths.length === 1 ? [x] : split(x, widths, 1);
}
