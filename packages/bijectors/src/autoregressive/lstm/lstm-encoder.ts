import {
  add,
  concat,
  matMul,
  mul,
  reshape,
  slice,
  split,
  sub,
  type Tensor,
  tensor1d,
  tidy,
  unstack,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  admit,
  checkBoolean,
  checkInteger,
  checkIntegers,
  checkNumber,
  checkOptions,
  key,
  makeVariable,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  split as splitKey,
} from '@pushforward/tensor';
import { Mlp, Network } from '@pushforward/made';
import { lstmCell } from './lstm-cell.js';
import { uniformVariable } from '../sequence/uniform-variable.js';

/** Options of {@link LstmEncoder}. */
export interface LstmEncoderOptions {
  /** S, how many steps a sequence has, or may have. */
  steps: number;
  /** F, how many numbers a step has. */
  features: number;
  /**
   * Whether sequences may have fewer steps than S: each step then has one number more, its last, which is 1, and 0 in the places of steps that
   * there are none of. Default false.
   */
  padded?: boolean;
  /** The width of each layer's state. Default `[64]`. */
  hidden?: readonly number[];
  /** Initial bias of the forget gates. Default 1: a fresh layer keeps about 0.73 of its cells from one step to the next. */
  forgetBias?: number;
  /** The width of the output. */
  outputDim: number;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A network that reads a sequence: a long short-term memory goes over the steps, and its last state, through a linear map, is the result.
 *
 * `(i, f, o, g) = W·(input, state) + b`, `cell' = σ(f)·cell + σ(i)·tanh(g)`, `state' = σ(o)·tanh(cell')`; states and cells start at 0, and a further
 * layer is fed the state below it. A padded sequence leaves states and cells as they are where it has no step.
 *
 * Made to embed a series of observations as the context of a flow, by `EmbedContext`.
 *
 * **Shapes**: x `[...batch, S·F]`, one step after another, or `[...batch, S·(F + 1)]` if they are padded; result `[...batch, outputDim]`. It takes no
 * context.
 *
 * Source: Hochreiter & Schmidhuber 1997, "Long short-term memory".
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { EmbedContext, LstmEncoder, maf } from '@pushforward/bijectors';
 *
 * const network = new LstmEncoder({ steps: 20, features: 3, hidden: [16], outputDim: 4, seed: 0 });
 * const flow = new EmbedContext(maf({ dim: 2, contextDim: 4, hidden: [16], seed: 0 }), network);
 * console.log(flow.forward(tf.zeros([5, 2]), tf.zeros([5, 60])).shape); // [ 5, 2 ]
 * ```
 */
export class LstmEncoder extends Network {
  static readonly type: string = 'LstmEncoder';
  static override fromConfig(config: ModuleConfig): LstmEncoder {
    const numbers = { steps: 'number', features: 'number', outputDim: 'number' } as const;
    return new LstmEncoder({ ...readConfig(config, { ...numbers, padded: 'boolean', hidden: 'numbers' }), seed: 0 });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  readonly steps: number;
  readonly features: number;
  readonly padded: boolean;
  readonly hidden: readonly number[];
  /** Each layer's weights, `[inputs + H, 4·H]`: its inputs and then its state to the input, forget and output gates and the candidates. */
  readonly layers: readonly Variable[];
  /** Each layer's bias, `[4·H]`. */
  readonly biases: readonly Variable[];
  /** From the last state to the result. */
  readonly output: Mlp;

  constructor(options: LstmEncoderOptions) {
    super();
    checkOptions('LstmEncoder', options, ['steps', 'features', 'padded', 'hidden', 'forgetBias', 'outputDim', 'seed']);
    const { steps, features, padded = false, hidden = [64], forgetBias = 1, outputDim } = options;
    for (const [name, value] of Object.entries({ steps, features, outputDim }))
      checkInteger(`LstmEncoder: ${name}`, value, 1);
    checkBoolean('LstmEncoder: padded', padded);
    checkIntegers('LstmEncoder: hidden', hidden, 1);
    if (hidden.length === 0) throw new Error('LstmEncoder: hidden must name at least one width, got none');
    checkNumber('LstmEncoder: forgetBias', forgetBias);
    this.steps = steps;
    this.features = features;
    this.padded = padded;
    this.hidden = [...hidden];
    this.inputDim = steps * (features + (padded ? 1 : 0));
    this.outputDim = outputDim;
    const [outputKey, ...layerKeys] = splitKey(key(options.seed), 1 + hidden.length);
    // Inputs and state each bring a gate a variance of at most a third.
    this.layers = hidden.map((width, l) => {
      const inputs = l === 0 ? features : hidden[l - 1];
      const bounds = [inputs, width].flatMap((count) => Array.from({ length: count }, () => 1 / Math.sqrt(count)));
      return uniformVariable(layerKeys[l], [inputs + width, 4 * width], bounds);
    });
    this.biases = hidden.map((width) => {
      const initial = [0, forgetBias, 0, 0].flatMap((value) => Array.from({ length: width }, () => value));
      return makeVariable([4 * width], () => tensor1d(initial));
    });
    this.output = new Mlp({ inputDim: hidden.at(-1)!, hidden: [], outputDim, seed: outputKey });
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'LstmEncoder', x, event: [this.inputDim], context });
      const rows = sizeOf(batch);
      let memory: readonly Tensor[] = this.hidden.map((width) => zeros([rows, 2 * width]));
      for (const step of unstack(reshape(given, [rows, this.steps, this.inputDim / this.steps]), 1))
        memory = this.#advance(memory, step);
      const [state] = split(memory.at(-1)!, 2, 1);
      return reshape(this.output.apply(state), [...batch, this.outputDim]);
    });
  }

  override config(): ModuleConfig {
    return {
      type: LstmEncoder.type,
      steps: this.steps,
      features: this.features,
      padded: this.padded,
      hidden: [...this.hidden],
      outputDim: this.outputDim,
    };
  }

  /** Each layer's state and cell after a step `[N, F]`, or `[N, F + 1]`. */
  #advance(memory: readonly Tensor[], step: Tensor): readonly Tensor[] {
    const [rows] = step.shape;
    const isThere = this.padded ? slice(step, [0, this.features], [rows, 1]) : undefined;
    let input = this.padded ? slice(step, [0, 0], [rows, this.features]) : step;
    return this.layers.map((weights, l) => {
      const [state, cell] = split(memory[l], 2, 1);
      const after = lstmCell(matMul(concat([input, state], 1), weights), this.biases[l], cell);
      const kept = isThere ? add(memory[l], mul(isThere, sub(after, memory[l]))) : after;
      input = split(kept, 2, 1)[0];
      return kept;
    });
  }
}
