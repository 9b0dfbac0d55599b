import { key, normal, split, uniform } from '@pushforward/tensor';
import type { Table } from '../data/source.js';
import { simulate } from './throw.js';

/** Throws of the prior and their measurements: what a posterior is learned from. */
export async function drawThrows(count: number, seed: number): Promise<Table> {
  const [uniformKey, normalKey] = split(key(seed));
  const tensors = [uniform(uniformKey, [count]), normal(normalKey, [count, 3])];
  const [u, n] = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  const [x, values] = [new Float32Array(2 * count), new Float32Array(2 * count)];
  for (let i = 0; i < count; i++) {
    const [thrown, measured] = simulate(u[i], [n[3 * i], n[3 * i + 1], n[3 * i + 2]]);
    x.set(thrown, 2 * i);
    values.set(measured, 2 * i);
  }
  const context = { names: ['distance', 'log error'], values };
  return { kind: 'table', title: 'Throws', names: ['angle', 'speed'], x, context };
}
