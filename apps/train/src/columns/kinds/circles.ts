import { add, reshape, type Tensor, tensor, tidy, tile } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import { logSumExp } from '@pushforward/tensor';
import type { DeclaredKind } from './declared-kind.js';

/**
 * By what a row with circular columns may be moved and still be the same row: no turn, one back or one on in each of them, all together.
 *
 * A flow has angles as places on the line. The density of an angle is the sum of those of all its places: `p(θ) = Σₖ p(θ + k·turn)`, with k = −1, 0, 1,
 * since the model reaches no farther. Half a turn before the centre and half a turn behind it, where the line is cut, two of three places are the same, and at the third
 * the density vanishes: so it is continuous all around.
 *
 * Source: Mardia & Jupp 2000, "Directional statistics", section 3.5.7, for wrapped distributions.
 */
export function turnsOf(kinds: readonly (DeclaredKind | null)[]): number[][] {
  return kinds.reduce<number[][]>(
    (turns, kind) => {
      const turn = kind?.kind === 'circular' ? kind.high - kind.low : 0;
      const steps = turn === 0 ? [0] : [0, -turn, turn];
      return turns.flatMap((before) => steps.map((step) => [...before, step]));
    },
    [[]],
  );
}

/** The log-density of rows under a model of columns of these kinds, in nats: of an angle, that of all of its places together. */
export function logProbOf(
  model: Distribution,
  kinds: readonly (DeclaredKind | null)[],
): (x: Tensor, given?: Tensor) => Tensor {
  const turns = turnsOf(kinds);
  if (turns.length === 1) return (x, given) => model.logProb(x, given);
  const [places, columns] = [turns.length, kinds.length];
  return (x, given) =>
    tidy(() => {
      const rows = x.shape[0];
      const moved = add(reshape(x, [1, rows, columns]), tensor(turns.flat(), [places, 1, columns], 'float32'));
      const all = model.logProb(reshape(moved, [places * rows, columns]), given && tile(given, [places, 1]));
      return logSumExp(reshape(all, [places, rows]), 0);
    });
}
