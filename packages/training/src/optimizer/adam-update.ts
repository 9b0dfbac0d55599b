import { type AdamArrays, type AdamConstants, adamStep, hasAdamKernel } from '@pushforward/tensor/kernels';
import { abs, add, addN, div, maximum, mul, scalar, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The numbers of an update, the step's own learning rate among them. */
export interface Hyperparameters {
  /** Which second moment scales the step: the root mean square of the gradients, or their decayed maximum. */
  rule: 'adam' | 'adamax';
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Decoupled weight decay, 0 for none. */
  weightDecay: number;
  /** λ of the penalty `λ/2 ‖w‖²` whose gradient is added to that of the loss, 0 for none. */
  l2: number;
  /** The largest global norm of the gradients, if there is one. */
  clipNorm?: number;
  /** The decay of the exponential moving average of the weights, if there is one. */
  ema?: number;
}

/**
 * The tensors of an optimizer: `first`, the decayed sum of gradients, `m / (1 − β₁)` in terms of the paper's first moment m; `second`, for
 * Adam the decayed sum of squared gradients, `v / (1 − β₂)`, for Adamax the decayed maximum u; and the moving average of the weights.
 */
export type Slots = Omit<AdamArrays, 'weights'>;

/**
 * One optimizer step over all variables, as a function from tensors to new ones. A kernel overwrites what it is given, where nothing else
 * shares the numbers.
 *
 * The moments are kept as decayed sums instead of decayed means, and every constant (`1 − β`, the bias corrections, the learning
 * rate) is folded in float64 into one factor and one epsilon: the same numbers as the papers', in ten operations a variable
 * instead of sixteen.
 *
 * @param step the number of this step, from 1: the t of the papers
 */
export function update(
  weights: Tensor[],
  gradients: readonly Tensor[],
  slots: Slots,
  step: number,
  { rule, learningRate, beta1, beta2, epsilon, weightDecay, l2, clipNorm, ema }: Hyperparameters,
): AdamArrays {
  const penalized = l2 === 0 ? gradients : gradients.map((gradient, i) => add(gradient, mul(weights[i], l2)));
  // m̂ / (√v̂ + ε) = (1−β₁)/(1−β₁ᵗ) · M / (√(V (1−β₂)/(1−β₂ᵗ)) + ε), numerator and denominator then divided by V's factor.
  const secondScale = rule === 'adam' ? Math.sqrt((1 - beta2) / (1 - beta2 ** step)) : 1;
  const constants = {
    rule,
    decay1: beta1,
    decay2: beta2,
    smoothing: epsilon / secondScale,
    stepSize: (learningRate * (1 - beta1)) / ((1 - beta1 ** step) * secondScale),
    shrink: weightDecay === 0 ? undefined : 1 - learningRate * weightDecay,
    averageRate: ema === undefined ? undefined : (1 - ema) / (1 - ema ** step),
    clipNorm,
  };
  return hasAdamKernel()
    ? adamStep(penalized, { weights, ...slots }, constants)
    : plainStep(weights, penalized, slots, constants);
}

/** The step in plain operations. */
function plainStep(
  weights: Tensor[],
  gradients: readonly Tensor[],
  slots: Slots,
  constants: AdamConstants,
): AdamArrays {
  const { rule, clipNorm } = constants;
  const [decay1, decay2, smoothing, stepSize] = [
    constants.decay1,
    constants.decay2,
    constants.smoothing,
    constants.stepSize,
  ].map((x) => scalar(x));
  const [shrink, averageRate] = [constants.shrink, constants.averageRate].map((x) =>
    x === undefined ? undefined : scalar(x),
  );
  const clip = clipNorm === undefined ? undefined : clipFactor(gradients, clipNorm);

  const next = { weights: [] as Tensor[], first: [] as Tensor[], second: [] as Tensor[], average: [] as Tensor[] };
  for (const [i, weight] of weights.entries()) {
    const gradient = clip ? mul(gradients[i], clip) : gradients[i];
    const first = add(mul(slots.first[i], decay1), gradient);
    const decayed = mul(slots.second[i], decay2);
    let second: Tensor;
    let direction: Tensor;
    if (rule === 'adam') {
      second = add(decayed, square(gradient));
      direction = div(first, add(sqrt(second), smoothing));
    } else {
      second = maximum(decayed, add(abs(gradient), smoothing));
      direction = div(first, second);
    }
    const kept = shrink ? mul(weight, shrink) : weight;
    const moved = sub(kept, mul(direction, stepSize));
    next.weights.push(moved);
    next.first.push(first);
    next.second.push(second);
    if (averageRate) next.average.push(add(slots.average[i], mul(sub(moved, slots.average[i]), averageRate)));
  }
  return next;
}

/** `clipNorm / max(clipNorm, √Σ g²)`, the factor that brings the global norm of the gradients down to `clipNorm`. */
function clipFactor(gradients: readonly Tensor[], clipNorm: number): Tensor {
  const limit = scalar(clipNorm);
  const norm = sqrt(addN(gradients.map(sumOfSquares)));
  return div(limit, maximum(limit, norm));
}

function sumOfSquares(gradient: Tensor): Tensor {
  const squares = square(gradient);
  // Rows first: some backends add a whole tensor up in one float, which loses the last terms.
  return sum(squares.rank > 1 ? sum(squares, squares.rank - 1) : squares);
}
