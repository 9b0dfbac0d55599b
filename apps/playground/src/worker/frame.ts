import { memory, tensor, tensor2d, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Transformed } from '@pushforward/distributions';
import { cellsOf, type ViewBox } from '../draw/view-box.js';
import type { Frame } from './protocol.js';

const SAMPLES = 1500;
const LINES = 17;
const POINTS = 81;
/** How far the lines reach, in standard deviations of the base. */
const REACH = 2.4;

/** What a frame shows of a flow. */
export interface View {
  readonly flow: Transformed;
  readonly box: ViewBox;
  /** Standardised; empty where the density is conditional on nothing. */
  readonly context: readonly number[];
  readonly size: number;
}

/** Everything that the page draws of a flow, but for its held-out loss. */
export async function frameOf({ flow, box, context, size }: View): Promise<Omit<Frame, 'step' | 'heldOut'>> {
  const tensors = tidy(() => {
    const given = context.length > 0 ? tensor([...context]) : undefined;
    return {
      logDensity: flow.logProb(tensor2d(cellsOf(box, size), [size * size, 2]), given),
      samples: flow.sample(SAMPLES, { seed: 0, ...(given && { context: given }) }),
      grid: flow.bijector.forward(tensor(latentLines()) as Tensor, given),
    };
  });
  const [logDensity, samples, values] = await Promise.all(
    Object.values(tensors).map(async (source) => ((await source.data()) as Float32Array).slice()),
  );
  for (const source of Object.values(tensors)) source.dispose();
  const grid = { lines: LINES, points: POINTS, values };
  return { logDensity, size, samples, grid, tensors: memory().numTensors };
}

/** The place of one of so many, evenly over the base. */
const place = (i: number, count: number) => REACH * ((2 * i) / (count - 1) - 1);

function latentLines(): number[][] {
  return [0, 1].flatMap((axis) =>
    Array.from({ length: LINES }, (_, line) =>
      Array.from({ length: POINTS }, (_, point) =>
        axis === 0 ? [place(line, LINES), place(point, POINTS)] : [place(point, POINTS), place(line, LINES)],
      ),
    ).flat(),
  );
}
