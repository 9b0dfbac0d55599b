import { checkOptions } from '@pushforward/tensor';
import type { Variable } from '@tensorflow/tfjs-core';
import { OptimizerState } from './optimizer-state.js';
import { type Schedule, toSchedule } from './schedule.js';
import type { Hyperparameters } from './adam-update.js';

/** Options that {@link adam}, {@link adamW} and {@link adamax} share. */
export interface AdamOptions {
  /** α, a number or a {@link Schedule}. Default 0.001 (Adamax 0.002). */
  learningRate?: number | Schedule;
  /** β₁, the decay of the first moment, in [0, 1). Default 0.9. */
  beta1?: number;
  /** β₂, the decay of the second moment, in [0, 1). Default 0.999. */
  beta2?: number;
  /** ε, which keeps the division finite, above 0. Default 1e-8. */
  epsilon?: number;
  /**
   * λ of an L2 penalty `λ/2 ‖w‖²` on all weights, whose gradient λ w is added to that of the loss, before clipping: `g ← g + λ w`. As
   * the moments see it, weights with large gradients are held back less; {@link adamW} holds all back alike. Default 0: none.
   */
  l2?: number;
  /**
   * Where the global norm `‖g‖ = √Σ g²` over all gradients exceeds this, every gradient is multiplied by `clipNorm / ‖g‖`. Default:
   * no clipping. Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
   */
  clipNorm?: number;
  /**
   * β, the decay of an exponential moving average of the weights, in [0, 1); 0.999 is usual. The average is corrected for its start
   * as Adam's moments are: `(1 − β) Σₛ β^(t−s) wₛ / (1 − βᵗ)`, which is computed as
   * `āₜ = āₜ₋₁ + (1 − β) / (1 − βᵗ) · (wₜ − āₜ₋₁)`, so that `ā₁ = w₁`. Default: no average.
   */
  ema?: number;
}

/** {@link AdamOptions} and the weight decay. */
export interface AdamWOptions extends AdamOptions {
  /** λ, the rate at which weights decay towards 0, in units of the learning rate. Default 0.01. */
  weightDecay?: number;
}

/**
 * A rule that turns gradients into new weights: a value without state, so that one may serve any number of runs. What a run
 * accumulates is in the {@link OptimizerState} that {@link init} makes.
 */
export interface Optimizer {
  /** The learning rate of every step. */
  readonly learningRate: Schedule;
  /**
   * A fresh state for these variables; those that are not trainable are left out.
   *
   * @param variables as `variables()` of a module gives them; their paths name the state's tensors
   */
  init(variables: ReadonlyMap<string, Variable>): OptimizerState;
}

/**
 * Adam: steps along the mean of past gradients, divided by the root of the mean of their squares.
 *
 * ```
 * m ← β₁ m + (1 − β₁) g        m̂ = m / (1 − β₁ᵗ)
 * v ← β₂ v + (1 − β₂) g²       v̂ = v / (1 − β₂ᵗ)
 * w ← w − α m̂ / (√v̂ + ε)
 * ```
 *
 * **Numerics**: ε stands outside the root and after the bias correction, as in the paper and in PyTorch.
 *
 * Source: Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
 *
 * @throws Error if an option is out of its range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { adam } from '@pushforward/training';
 *
 * const x = tf.variable(tf.scalar(1));
 * const state = adam({ learningRate: 0.1 }).init(new Map([['x', x]]));
 * for (let i = 0; i < 20; i++) {
 *   tf.tidy(() => state.update(tf.variableGrads(() => tf.square(x)).grads));
 * }
 * console.log(Math.abs((await x.data())[0]) < 0.3); // true
 * ```
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptions('adam', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'l2', 'clipNorm', 'ema']);
  return optimizer('adam', { name: 'adam', learningRate: 1e-3, weightDecay: 0 }, options);
}

/**
 * AdamW: {@link adam}, and apart from the gradient each weight decays by the factor `1 − α λ` first, where α is the step's learning
 * rate. Every variable decays, biases included.
 *
 * Source: Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2, whose λ is multiplied by the schedule
 * alone; here, as in PyTorch, by the whole learning rate.
 *
 * @throws Error if an option is out of its range
 *
 * @example
 * ```ts
 * import { adamW, cosineDecay, warmup } from '@pushforward/training';
 *
 * const optimizer = adamW({ learningRate: warmup(cosineDecay({ from: 1e-3, steps: 900 }), 100), weightDecay: 0.01, clipNorm: 1 });
 * console.log(optimizer.learningRate(100)); // 0.001
 * ```
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  checkOptions('adamW', options, ['weightDecay', 'learningRate', 'beta1', 'beta2', 'epsilon', 'l2', 'clipNorm', 'ema']);
  const { weightDecay = 0.01, ...others } = options;
  return optimizer('adam', { name: 'adamW', learningRate: 1e-3, weightDecay }, others);
}

/**
 * Adamax: {@link adam} with the decayed maximum of past gradients in place of their root mean square.
 *
 * ```
 * m ← β₁ m + (1 − β₁) g
 * u ← max(β₂ u, |g| + ε)
 * w ← w − α / (1 − β₁ᵗ) · m / u
 * ```
 *
 * **Numerics**: the paper has no ε; it stands where PyTorch has it, and keeps u above 0.
 *
 * Source: Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 2.
 *
 * @throws Error if an option is out of its range
 *
 * @example
 * ```ts
 * import { adamax } from '@pushforward/training';
 *
 * console.log(adamax().learningRate(0)); // 0.002
 * ```
 */
export function adamax(options: AdamOptions = {}): Optimizer {
  checkOptions('adamax', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'l2', 'clipNorm', 'ema']);
  return optimizer('adamax', { name: 'adamax', learningRate: 2e-3, weightDecay: 0 }, options);
}

function optimizer(
  rule: Hyperparameters['rule'],
  defaults: { name: string; learningRate: number; weightDecay: number },
  {
    learningRate = defaults.learningRate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    l2 = 0,
    clipNorm,
    ema,
  }: AdamOptions,
): Optimizer {
  const { name, weightDecay } = defaults;
  const schedule = toSchedule(learningRate);
  checkDecay(`${name}: beta1`, beta1);
  checkDecay(`${name}: beta2`, beta2);
  checkPositive(`${name}: epsilon`, epsilon);
  for (const [option, value] of Object.entries({ weightDecay, l2 })) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw new Error(`${name}: ${option} must be a finite number of at least 0, got ${value}`);
  }
  if (clipNorm !== undefined) checkPositive(`${name}: clipNorm`, clipNorm);
  if (ema !== undefined) checkDecay(`${name}: ema`, ema);
  return {
    learningRate: schedule,
    init: (variables) =>
      new OptimizerState(variables, schedule, { rule, beta1, beta2, epsilon, weightDecay, l2, clipNorm, ema }),
  };
}

function checkDecay(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new Error(`${name} must be at least 0 and below 1, got ${value}`);
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} must be a finite number above 0, got ${value}`);
}
