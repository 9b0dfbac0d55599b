import { checkOptions, checkInteger } from '@pushforward/tensor';

/**
 * A learning rate for every step: a pure function of the number of steps completed before this one, so 0 for the first.
 *
 * A plain number stands for {@link constant} wherever a schedule is taken.
 */
export type Schedule = (step: number) => number;

/**
 * The same rate at every step, `rate(t) = rate`.
 *
 * @throws Error if `rate` is not a finite number of at least 0
 *
 * @example
 * ```ts
 * import { constant } from '@pushforward/training';
 *
 * console.log(constant(1e-3)(500)); // 0.001
 * ```
 */
export function constant(rate: number): Schedule {
  checkRate('constant: rate', rate);
  return () => rate;
}

/** From which rate to which, and in how many steps, a {@link cosineDecay} runs. */
export interface CosineDecayOptions {
  /** The rate of the first step. */
  from: number;
  /** The rate after `steps` steps, and of every later one. Default 0. */
  to?: number;
  /** The number of steps of the descent. */
  steps: number;
}

/**
 * Half a cosine wave: `rate(t) = to + (from − to) · ½ (1 + cos(π · min(t / steps, 1)))`.
 *
 * Source: Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", equation 5 without restarts.
 *
 * @throws Error if a rate is not a finite number of at least 0, or `steps` not an integer of at least 1
 *
 * @example
 * ```ts
 * import { cosineDecay } from '@pushforward/training';
 *
 * const rate = cosineDecay({ from: 1e-3, steps: 100 });
 * console.log(rate(0), rate(50), rate(100)); // 0.001 0.0005 0
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkOptions('cosineDecay', options, ['from', 'to', 'steps']);
  const { from, to = 0, steps } = options;
  checkRate('cosineDecay: from', from);
  checkRate('cosineDecay: to', to);
  checkInteger('cosineDecay: steps', steps, 1);
  return (step) => to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * Math.min(step / steps, 1)));
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** The rate of the first step. */
  from: number;
  /** The factor by which the rate falls in `steps` steps, above 0 and at most 1. */
  decay: number;
  /** The number of steps of one factor `decay`. */
  steps: number;
}

/**
 * A smooth geometric descent: `rate(t) = from · decay^(t / steps)`.
 *
 * @throws Error if `from` is not a finite number of at least 0, `decay` not in (0, 1] or `steps` not an integer of at least 1
 *
 * @example
 * ```ts
 * import { exponentialDecay } from '@pushforward/training';
 *
 * const rate = exponentialDecay({ from: 1, decay: 0.25, steps: 100 });
 * console.log(rate(0), rate(50), rate(100)); // 1 0.5 0.25
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  checkOptions('exponentialDecay', options, ['from', 'decay', 'steps']);
  const { from, decay, steps } = options;
  checkRate('exponentialDecay: from', from);
  if (!(decay > 0 && decay <= 1))
    throw new Error(`exponentialDecay: decay must be above 0 and at most 1, got ${decay}`);
  checkInteger('exponentialDecay: steps', steps, 1);
  return (step) => from * decay ** (step / steps);
}

/**
 * A staircase: `rate(t)` is the rate of the last piece that starts at or before step t.
 *
 * @param pieces pairs of a first step and a rate, in ascending order, the first one starting at 0
 * @throws Error if the pieces do not start at 0 and ascend, or a rate is not a finite number of at least 0
 *
 * @example
 * ```ts
 * import { piecewiseConstant } from '@pushforward/training';
 *
 * const rate = piecewiseConstant([[0, 1e-3], [1000, 1e-4]]);
 * console.log(rate(999), rate(1000)); // 0.001 0.0001
 * ```
 */
export function piecewiseConstant(pieces: readonly (readonly [start: number, rate: number])[]): Schedule {
  if (pieces.length === 0 || pieces[0][0] !== 0) {
    throw new Error(
      `piecewiseConstant: pieces must start at step 0, got ${pieces.length === 0 ? 'none' : pieces[0][0]}`,
    );
  }
  for (const [i, [start, rate]] of pieces.entries()) {
    checkInteger(`piecewiseConstant: pieces[${i}] start`, start, i === 0 ? 0 : pieces[i - 1][0] + 1);
    checkRate(`piecewiseConstant: pieces[${i}] rate`, rate);
  }
  return (step) => {
    let current = pieces[0][1];
    for (const [start, rate] of pieces) {
      if (start <= step) current = rate;
    }
    return current;
  };
}

/**
 * A linear climb before another schedule: `rate(t) = schedule(0) · (t + 1) / (steps + 1)` for t below `steps`, then
 * `schedule(t − steps)`. With {@link cosineDecay} this is the usual warm-up and cosine.
 *
 * @param schedule a schedule, or a rate that stays
 * @param steps how many steps the climb takes
 * @throws Error if `steps` is not an integer of at least 0, or a rate not a finite number of at least 0
 *
 * @example
 * ```ts
 * import { cosineDecay, warmup } from '@pushforward/training';
 *
 * const rate = warmup(cosineDecay({ from: 1, steps: 100 }), 3);
 * console.log(rate(0), rate(1), rate(2), rate(3), rate(53)); // 0.25 0.5 0.75 1 0.5
 * ```
 */
export function warmup(schedule: number | Schedule, steps: number): Schedule {
  checkInteger('warmup: steps', steps, 0);
  const after = toSchedule(schedule);
  return (step) => (step < steps ? (after(0) * (step + 1)) / (steps + 1) : after(step - steps));
}

/** A number as a {@link constant} schedule, a schedule as it is. */
export function toSchedule(schedule: number | Schedule): Schedule {
  return typeof schedule === 'number' ? constant(schedule) : schedule;
}

/** Throws unless `rate` is a finite number of at least 0. */
export function checkRate(name: string, rate: number): void {
  if (!(rate >= 0 && Number.isFinite(rate)))
    throw new Error(`${name} must be a finite number of at least 0, got ${rate}`);
}
