import type { Distribution } from '@pushforward/distributions';
import { type Key, randomBits } from '@pushforward/tensor';
import type { Matrix } from '../statistics/statistics.js';
import type { Host } from '../terminal/host.js';
import { turnsOf } from '../columns/kinds/circles.js';
import type { DeclaredKind } from '../columns/kinds/declared-kind.js';
import { logDensities } from './model.js';
import type { Parts } from '../columns/roles.js';

/**
 * Rows with each angle at one of its places on the line, drawn as likely as the model has it there. If the model is right, the rows are then as the
 * flow draws them, so that every test of a flow holds for them too.
 */
export async function turned(
  host: Host,
  model: Distribution,
  { x, given }: Parts,
  kinds: readonly (DeclaredKind | null)[],
  key: Key,
): Promise<Matrix> {
  const turns = turnsOf(kinds);
  if (turns.length === 1) return x;
  const places = turns.map((turn) => ({ ...x, values: x.values.map((value, i) => value + turn[i % x.columns]) }));
  const logProb: Float64Array[] = [];
  for (const place of places) logProb.push(await logDensities(host, model, { x: place, given }, []));
  const bits = randomBits(key, x.rows);
  const values = new Float64Array(x.values.length);
  for (let row = 0; row < x.rows; row++) {
    const largest = Math.max(...logProb.map((own) => own[row]));
    const weights = logProb.map((own) => (largest === -Infinity ? 1 : Math.exp(own[row] - largest)));
    let rest = (bits[row] / 2 ** 32) * weights.reduce((sum, weight) => sum + weight, 0);
    const chosen = weights.findIndex((weight) => (rest -= weight) < 0);
    const start = row * x.columns;
    values.set(places[Math.max(0, chosen)].values.subarray(start, start + x.columns), start);
  }
  return { ...x, values };
}
