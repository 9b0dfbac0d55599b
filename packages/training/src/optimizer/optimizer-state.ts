import {
  dispose,
  keep,
  type NamedTensorMap,
  reshape,
  type Tensor,
  tidy,
  util,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkInteger, formatShape } from '@pushforward/tensor';
import { checkRate, type Schedule } from './schedule.js';
import { type Hyperparameters, type Slots, update } from './adam-update.js';

/**
 * The state that an optimizer accumulates over a run: the number of steps, the moments of the gradients and, if asked for, the moving average
 * of the weights. Made by an optimizer's `init`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { adam } from '@pushforward/training';
 *
 * const x = tf.variable(tf.scalar(1));
 * const state = adam({ learningRate: 0.1, ema: 0.9 }).init(new Map([['x', x]]));
 * tf.tidy(() => state.update(tf.variableGrads(() => tf.square(x)).grads));
 * console.log(state.step, [...state.tensors().keys()]); // 1 [ 'first/x', 'second/x', 'average/x' ]
 * state.dispose();
 * ```
 */
export class OptimizerState {
  /** The variables that {@link update} changes, by path. */
  readonly variables: ReadonlyMap<string, Variable>;

  #step = 0;
  #slots: Slots;
  readonly #learningRate: Schedule;
  readonly #hyperparameters: Omit<Hyperparameters, 'learningRate'>;

  /** @param variables those that are not trainable are left out */
  /** @internal */
  constructor(
    variables: ReadonlyMap<string, Variable>,
    learningRate: Schedule,
    hyperparameters: Omit<Hyperparameters, 'learningRate'>,
  ) {
    this.variables = new Map([...variables].filter(([, variable]) => variable.trainable));
    this.#learningRate = learningRate;
    this.#hyperparameters = hyperparameters;
    const zeros = () => [...this.variables.values()].map((variable) => keep(zerosLike(variable) as Tensor));
    this.#slots = { first: zeros(), second: zeros(), average: hyperparameters.ema === undefined ? [] : zeros() };
  }

  /** The number of steps taken. */
  get step(): number {
    return this.#step;
  }

  /**
   * Takes one step. A variable without a gradient counts as having the gradient 0.
   *
   * The new weights stand in new buffers: what shares the old ones, a tape or a copy, keeps the old values.
   *
   * @param gradients by variable name, as `tf.variableGrads` returns them; they stay the caller's
   * @throws Error if a gradient's shape is not its variable's, or the schedule's rate is not a finite number of at least 0
   */
  update(gradients: NamedTensorMap): void {
    const learningRate = this.#learningRate(this.#step);
    checkRate(`learningRate at step ${this.#step}`, learningRate);
    for (const [path, { name, shape }] of this.variables) {
      if (gradients[name] && !util.arraysEqual(gradients[name].shape, shape)) {
        throw new Error(
          `OptimizerState: gradient of ${path} must be ${formatShape(shape)}, got ${formatShape(gradients[name].shape)}`,
        );
      }
    }
    tidy(() => {
      const variables = [...this.variables.values()];
      const list = variables.map((variable) => gradients[variable.name] ?? zerosLike(variable));
      const next = update(variables, list, this.#slots, this.#step + 1, { ...this.#hyperparameters, learningRate });
      for (const [i, variable] of variables.entries()) variable.assign(next.weights[i]);
      dispose(Object.values(this.#slots));
      this.#slots = { first: next.first.map(keep), second: next.second.map(keep), average: next.average.map(keep) };
    });
    this.#step++;
  }

  /**
   * Every tensor of the state by a stable name: `first/`, `second/` (Adamax: `maximum/`) or `average/` and the path of the variable.
   * With {@link step} they are the whole state: {@link restore} goes on from them bit for bit. They stay the state's, and are freed
   * by the next step.
   */
  tensors(): Map<string, Tensor> {
    const { first, second, average } = this.#slots;
    const named: [string, Tensor[]][] = [
      ['first', first],
      [this.#hyperparameters.rule === 'adam' ? 'second' : 'maximum', second],
      ['average', average],
    ];
    const paths = [...this.variables.keys()];
    return new Map(named.flatMap(([name, slot]) => slot.map((tensor, i) => [`${name}/${paths[i]}`, tensor] as const)));
  }

  /**
   * Replaces the whole state.
   *
   * @param tensors as `tensors()` gave them; more may be among them; they stay the caller's
   * @throws Error if a tensor is missing or its shape is not its variable's
   */
  restore(step: number, tensors: ReadonlyMap<string, Tensor>): void {
    checkInteger('OptimizerState: step', step, 0);
    const own = this.tensors();
    for (const [name, { shape }] of own) {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`OptimizerState: tensors must have ${name}, got none of that name`);
      if (formatShape(tensor.shape) !== formatShape(shape)) {
        throw new Error(`OptimizerState: ${name} must be ${formatShape(shape)}, got ${formatShape(tensor.shape)}`);
      }
    }
    const copies = [...own.keys()].map((name) => keep(tensors.get(name)!.clone()));
    const count = this.variables.size;
    dispose(Object.values(this.#slots));
    this.#slots = {
      first: copies.slice(0, count),
      second: copies.slice(count, 2 * count),
      average: copies.slice(2 * count),
    };
    this.#step = step;
  }

  /**
   * Runs `action` with the averaged weights in the variables and puts the weights themselves back afterwards, also when it throws,
   * and after a promise that it returns. Without an average, or before the first step, the weights stay as they are.
   */
  withAverage<T>(action: () => T): T {
    if (this.#slots.average.length === 0 || this.#step === 0) return action();
    const variables = [...this.variables.values()];
    const weights = variables.map((variable) => share(variable));
    const putBack = () => {
      for (const [i, variable] of variables.entries()) variable.assign(weights[i]);
      dispose(weights);
    };
    this.assignAverage();
    let result: T;
    try {
      result = action();
    } catch (error) {
      putBack();
      throw error;
    }
    if (result instanceof Promise) return result.finally(putBack) as T;
    putBack();
    return result;
  }

  /** Puts the averaged weights into the variables for good; without an average, or before the first step, does nothing. */
  assignAverage(): void {
    if (this.#step === 0) return;
    const variables = [...this.variables.values()];
    for (const [i, average] of this.#slots.average.entries()) variables[i].assign(average);
  }

  /** Frees the state's tensors; the variables stay. */
  dispose(): void {
    dispose(Object.values(this.#slots));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A second handle on the same buffer, which keeps it when the variable is assigned anew; `clone` may copy. */
export function share(variable: Variable): Tensor {
  return reshape(variable as Tensor, variable.shape);
}
