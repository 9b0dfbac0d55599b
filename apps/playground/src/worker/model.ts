import { dispose, mean, neg, type Tensor, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { Chain, fitStandardization } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { type ViewBox, viewBoxOf } from '../draw/view-box.js';
import { buildFlow } from '../model/build-flow.js';
import { type ContextColumn, type PreparedRows, type Rows } from '../model/prepare-rows.js';
import { recipeOf, type Settings } from '../model/recipe.js';
import { frameOf } from './frame.js';
import type { Frame } from './protocol.js';
import { Snapshots } from './snapshots.js';

/** A flow, and what the page sees of it. */
export class Model {
  /** The flow with the weights of a snapshot, for looking back while the other is trained. */
  readonly #past: Transformed;
  /** The context that is looked at, standardised. */
  #context: readonly number[];

  constructor(
    readonly flow: Transformed,
    readonly box: ViewBox,
    readonly contexts: readonly ContextColumn[],
    readonly snapshots: Snapshots,
    /** The rows that are held out; none where the model came by a link. */
    readonly test: Tensors | undefined,
  ) {
    this.#past = flow.clone();
    this.#context = contexts.map(() => 0);
  }

  /** A flow before its training, standardising its rows. */
  static async fresh({ train, test, contexts }: PreparedRows, settings: Settings): Promise<Model> {
    const rows = tensor2d(train.x, [train.count, 2]);
    const standardization = await fitStandardization(rows);
    rows.dispose();
    const chain = new Chain([buildFlow(recipeOf(settings, contexts.length)), standardization]);
    const flow = new Transformed(new StandardNormal(2), chain);
    return new Model(flow, viewBoxOf(train.x), contexts, new Snapshots(flow, settings.steps), toTensors(test));
  }

  get parameters(): number {
    return this.flow.trainableVariables().reduce((sum, { size }) => sum + size, 0);
  }

  /** @param values in the units of the columns */
  lookAt(values: readonly number[]): void {
    this.#context = this.contexts.map(({ loc, scale }, i) => ((values[i] ?? loc) - loc) / scale);
  }

  /** The flow as it stands at a snapshot, or now. */
  at(snapshot: number | null): Transformed {
    if (snapshot === null || snapshot >= this.snapshots.count) return this.flow;
    this.snapshots.assign(snapshot, this.#past, (values, shape) => tensor(values, shape));
    return this.#past;
  }

  /** @param step that of the weights */
  async frame(flow: Transformed, step: number, size: number): Promise<Frame> {
    const heldOut = await this.heldOut(flow);
    return { step, heldOut, ...(await frameOf({ flow, box: this.box, context: this.#context, size })) };
  }

  /** The mean of −log p over the held-out rows, in nats. */
  async heldOut(flow: Transformed): Promise<number> {
    const { test } = this;
    if (!test) return NaN;
    const loss = tidy(() => neg(mean(flow.logProb(test.x, test.context))));
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }

  dispose(): void {
    this.flow.dispose();
    this.#past.dispose();
    dispose({ ...this.test });
  }
}

interface Tensors {
  x: Tensor;
  context?: Tensor;
}

export function toTensors({ count, x, context }: Rows): Tensors {
  return {
    x: tensor2d(x, [count, 2]),
    ...(context && { context: tensor2d(context, [count, context.length / count]) }),
  };
}
