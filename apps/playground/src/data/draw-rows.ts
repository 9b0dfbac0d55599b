import { key, normal, split, uniform } from '@pushforward/tensor';
import type { Warp } from './warp.js';

/** Rows of a data set, `[count, 2]` flat: the same numbers for the same seed wherever they are drawn. */
export async function drawRows(warp: Warp, count: number, seed: number): Promise<Float32Array> {
  const [uniformKey, normalKey] = split(key(seed));
  const tensors = [uniform(uniformKey, [count, 2]), normal(normalKey, [count, 2])];
  const [u, n] = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  const rows = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) rows.set(warp([u[2 * i], u[2 * i + 1]], [n[2 * i], n[2 * i + 1]]), 2 * i);
  return rows;
}
