import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Distribution } from '../../contract/distribution.js';
import { sizeOf } from '@pushforward/tensor';
import { extremes } from '@pushforward/tensor/testing';

/**
 * The law that log-probabilities of numbers are numbers or −∞, outside the support −∞, and that a NaN stays in its event.
 *
 * @param draw events of the distribution itself, `[N, ...batch, ...event]`
 * @returns what was found instead, or null
 */
export async function brokenOnTheLine(
  distribution: Distribution,
  draw: Tensor,
  context: Tensor | undefined,
): Promise<string | null> {
  const drawn = Array.from(await draw.data());
  const events = drawn.length / sizeOf(distribution.eventShape);
  const evaluate = async (numbers: number[]) => {
    const [logProb, isIn] = tidy(() => {
      const x = tensor(numbers, draw.shape, 'float32');
      return [distribution.logProb(x, context), distribution.support.contains(x, context)];
    });
    const values = { logProb: Array.from(await logProb.data()), isIn: Array.from(await isIn.data()) };
    logProb.dispose();
    isIn.dispose();
    return values;
  };
  for (const special of extremes) {
    for (const numbers of [drawn.map(() => special), [special, ...drawn.slice(1)]]) {
      const { logProb, isIn } = await evaluate(numbers);
      const bad = logProb.findIndex((value, i) => !(value < Infinity) || (!isIn[i] && value !== -Infinity));
      if (bad >= 0)
        return `logProb where a number is ${special} must be a number or −∞, and −∞ outside the support, got ${logProb[bad]}`;
    }
  }
  const [clean, spoiled] = [await evaluate(drawn), await evaluate([NaN, ...drawn.slice(1)])];
  if (!Number.isNaN(spoiled.logProb[0])) return `logProb of an event with NaN must be NaN, got ${spoiled.logProb[0]}`;
  const other = spoiled.logProb.findIndex((value, i) => i > 0 && value !== clean.logProb[i]);
  if (other >= 0)
    return `logProb of event ${other} of ${events} must not change where event 0 has NaN, got ${spoiled.logProb[other]}`;
  return null;
}
