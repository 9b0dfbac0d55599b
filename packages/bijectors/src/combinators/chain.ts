import { add, addN, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  type BuildModule,
  checkBoolean,
  checkInstance,
  checkpoint,
  formatShape,
  formatValue,
  type ModuleConfig,
  sumTrailing,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** Options of {@link Chain}. */
export interface ChainOptions {
  /**
   * Whether a part's intermediate results are computed again for the gradient instead of kept: a gradient then holds the insides of one
   * part at a time, and costs one more forward pass. Default false.
   */
  checkpoint?: boolean;
}

/**
 * Bijectors one after another: {@link forward} applies `parts[0]` first, {@link inverse} undoes the last part first.
 *
 * `y = fₙ(… f₁(x))` and `log |det ∂y/∂x| = Σₖ log |det ∂fₖ|`.
 *
 * **Shapes**: the event has as many axes as the part that needs most; a part of lower rank acts along the remaining axes and its
 * log-determinants are summed over them. The context goes to every part that takes one; those must agree on its width.
 *
 * **Units**: nats.
 *
 * @throws Error if there is no part, a part does not take what the one before it gives, or two parts need contexts of different widths
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { affine, Chain, Permute } from '@pushforward/bijectors';
 *
 * const chain = new Chain([affine({ loc: [1, 2], scale: [1, 10] }), new Permute({ dim: 2, permutation: 'reverse' })]);
 * const { value, logDet } = chain.forwardAndLogDet(tf.tensor1d([0, 1]));
 * console.log(await value.array()); // about [12, 1]
 * console.log(await logDet.array()); // about 2.303
 * ```
 */
export class Chain extends Bijector {
  static readonly type: string = 'Chain';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Chain {
    const { parts, ...options } = readConfig(config, { parts: 'list', checkpoint: 'boolean?' });
    return new Chain(
      parts.map((part) => build(part, Bijector)),
      options,
    );
  }

  readonly eventRank: number;
  override readonly eventShape?: readonly number[];
  override readonly contextDim: number;
  /** In the order of {@link forward}. */
  readonly parts: readonly Bijector[];
  readonly checkpoint: boolean;
  readonly #outputEventRank: number;
  /** Each part, and how many axes of the event it leaves to be summed over. */
  readonly #steps: readonly Step[];

  constructor(parts: readonly Bijector[], options: ChainOptions = {}) {
    super();
    checkOptions('Chain', options, ['checkpoint']);
    const { checkpoint = false } = options;
    checkBoolean('Chain: checkpoint', checkpoint);
    this.checkpoint = checkpoint;
    if (!Array.isArray(parts)) throw new Error(`Chain: parts must be a list of bijectors, got ${formatValue(parts)}`);
    for (const [i, part] of parts.entries()) checkInstance(`Chain: parts[${i}]`, part, Bijector, 'a bijector');
    if (parts.length === 0) throw new Error('Chain: parts must hold at least one bijector, got none');
    const widths = new Set(parts.map((part) => part.contextDim).filter((width) => width > 0));
    if (widths.size > 1)
      throw new Error(`Chain: parts must take contexts of one width, got ${[...widths].join(' and ')}`);
    this.parts = [...parts];
    // By how many axes the event is longer before each part, and at the end, than at the start.
    const growth = [0];
    for (const part of parts) growth.push(growth.at(-1)! + part.outputEventRank - part.eventRank);
    this.eventRank = Math.max(...parts.map((part, i) => part.eventRank - growth[i]));
    this.#outputEventRank = this.eventRank + growth.at(-1)!;
    this.#steps = parts.map((part, i) => ({ part, extra: this.eventRank + growth[i] - part.eventRank }));
    this.contextDim = Math.max(...parts.map((part) => part.contextDim));
    checkSequence(parts);
    // The first part whose events have as many axes as the chain's decides.
    const whole = parts.findIndex(({ eventShape }, i) => eventShape?.length === this.eventRank + growth[i]);
    this.eventShape = parts
      .slice(0, Math.max(whole, 0))
      .reduceRight((event, part) => event && part.inverseEventShape(event), parts[whole]?.eventShape);
  }

  override get outputEventRank(): number {
    return this.#outputEventRank;
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    return this.parts.reduce((event, part) => part.forwardEventShape(event), shape);
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    return this.parts.reduceRight((event, part) => part.inverseEventShape(event), shape);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply(this.#steps, x, context, (part, value, given) => part.forwardAndLogDet(value, given));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply(this.#steps.toReversed(), y, context, (part, value, given) =>
      part.inverseAndLogDet(value, given),
    );
  }

  override config(): ModuleConfig {
    return { type: Chain.type, parts: this.parts.map((part) => part.config()), checkpoint: this.checkpoint };
  }

  #apply(
    steps: readonly Step[],
    input: Tensor,
    context: Tensor | undefined,
    apply: (part: Bijector, value: Tensor, context?: Tensor) => ValueAndLogDet,
  ): ValueAndLogDet {
    return tidy(() => {
      let value = input;
      const logDets: Tensor[] = [];
      for (const { part } of steps) {
        // Where nothing takes a context, every part is handed it, to refuse it under its own name.
        const given = context && (part.contextDim > 0 || this.contextDim === 0) ? [value, context] : [value];
        const run = (own: Tensor, ownContext?: Tensor) => apply(part, own, ownContext);
        const result = this.checkpoint ? checkpoint(run, given) : run(value, given[1]);
        value = result.value;
        logDets.push(result.logDet);
      }
      // Only now, when every part has found its argument to fit.
      const summed = logDets.map((logDet, i) => sumTrailing(logDet, steps[i].extra));
      return { value, logDet: total(summed) };
    });
  }
}

/** Throws if a part does not take events such as the one before it gives, as far as both say. */
function checkSequence(parts: readonly Bijector[]): void {
  let event: readonly number[] = [];
  for (const [i, part] of parts.entries()) {
    const wanted = part.eventShape ?? [];
    // Nothing is known of axes before those that both name.
    const common = Math.min(wanted.length, event.length);
    const [given, taken] = [event, wanted].map((shape) => shape.slice(shape.length - common));
    if (formatShape(given) !== formatShape(taken))
      throw new Error(`Chain: parts[${i}] must take events of ${formatShape(event)}, got ${formatShape(wanted)}`);
    if (wanted.length > event.length) event = wanted;
    event = event.length < part.eventRank ? [] : part.forwardEventShape(event);
  }
}

/** By one operation where it can be. */
function total(logDets: Tensor[]): Tensor {
  const shape = formatShape(logDets[0].shape);
  return logDets.every((logDet) => formatShape(logDet.shape) === shape)
    ? addN(logDets)
    : logDets.reduce((sum, logDet) => add(sum, logDet));
}

interface Step {
  readonly part: Bijector;
  readonly extra: number;
}
