import { reshape, slice, type Tensor, tidy, tile } from '@tensorflow/tfjs-core';
import { formatShape } from '@pushforward/tensor';
import { assertClose, broken } from '@pushforward/tensor/testing';
import type { Distribution } from '../../contract/distribution.js';
import { read } from './read.js';

const LAW = 'one event under many contexts';

/** One event under several contexts has the densities that as many copies of it have. */
export async function checkManyContexts({
  distribution,
  context,
}: {
  readonly distribution: Distribution;
  readonly context?: Tensor;
}): Promise<void> {
  if (!context || distribution.batchShape.length > 0) return;
  const contexts = context.shape.slice(0, -1);
  const event = [...distribution.eventShape];
  const draws = distribution.sample([2], { seed: 0, context });
  // The first event of either draw: [2, 1, …, 1, ...event].
  const few = tidy(() =>
    slice(
      draws,
      draws.shape.map(() => 0),
      [2, ...contexts.map(() => 1), ...event],
    ),
  );
  const all = tidy(() => tile(few, [1, ...contexts, ...event.map(() => 1)]));
  const expected = await read(() => distribution.logProb(all, context));
  for (const events of [1, 2]) {
    const what = `logProb of ${events} with a context of ${formatShape(context.shape)}`;
    const x = () =>
      events === 2
        ? few
        : reshape(
            slice(
              few,
              few.shape.map(() => 0),
              [1, ...few.shape.slice(1)],
            ),
            event,
          );
    const refused = (message: string) => broken(distribution, LAW, `${what} must be taken, got '${message}'`);
    const found = tidyOr(refused, () => distribution.logProb(x(), context));
    const shape = events === 2 ? [2, ...contexts] : contexts;
    if (formatShape(found.shape) !== formatShape(shape))
      broken(distribution, LAW, `${what} must be ${formatShape(shape)}, got ${formatShape(found.shape)}`);
    assertClose(distribution, LAW, what, await found.data(), Array.from(expected).slice(0, found.size), 1e-4);
    found.dispose();
  }
  for (const tensor of [draws, few, all]) tensor.dispose();
}

function tidyOr(refused: (message: string) => never, run: () => Tensor): Tensor {
  try {
    return tidy(run);
  } catch (error) {
    return refused((error as Error).message);
  }
}
