// The reference is `attend` in packages/bijectors/src/autoregressive/attention/attend.ts.
import { multiplyAdd } from '../simd/multiply-add';
import { UNIT_BYTES } from '../tile/dot';
import { expOfNegative4, splat } from '../simd/simd-math';

// Attention of each event of a tile to its own keys: products are elementwise over the lanes, which are events.

/** Units of the keys that are gone through at a time: they stay in the first-level cache. */
const BLOCK_UNITS: i32 = 256;

/** The number of keys of so many units in one block; a multiple of 4. */
export function blockKeys(units: i32): i32 {
  return max(4, (BLOCK_UNITS / units) & ~3);
}

/** `target[j] = Σᵢ query[i] keys[j, i]` for `count` keys, `keyStride` bytes apart. */
export function dotKeys(target: usize, query: usize, keys: usize, keyStride: usize, count: i32, units: i32): void {
  let j: i32 = 0;
  for (; j + 4 <= count; j += 4) {
    dotFour(target, query, keys, keyStride, units);
    dotFour(target + 32, query + 32, keys + 32, keyStride, units);
    keys += 4 * keyStride;
    target += 4 * UNIT_BYTES;
  }
  for (; j < count; j++) {
    dotOne(target, query, keys, units);
    keys += keyStride;
    target += UNIT_BYTES;
  }
}

/** Four keys, for half the lanes. */
function dotFour(target: usize, query: usize, keys: usize, keyStride: usize, units: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  let a = keys;
  let b = a + keyStride;
  let c = b + keyStride;
  let d = c + keyStride;
  for (let i: i32 = 0; i < units; i++) {
    const q0 = v128.load(query);
    const q1 = v128.load(query, 16);
    a0 = multiplyAdd(q0, v128.load(a), a0);
    a1 = multiplyAdd(q1, v128.load(a, 16), a1);
    b0 = multiplyAdd(q0, v128.load(b), b0);
    b1 = multiplyAdd(q1, v128.load(b, 16), b1);
    c0 = multiplyAdd(q0, v128.load(c), c0);
    c1 = multiplyAdd(q1, v128.load(c, 16), c1);
    d0 = multiplyAdd(q0, v128.load(d), d0);
    d1 = multiplyAdd(q1, v128.load(d, 16), d1);
    query += UNIT_BYTES;
    a += UNIT_BYTES;
    b += UNIT_BYTES;
    c += UNIT_BYTES;
    d += UNIT_BYTES;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, b0, 64);
  v128.store(target, b1, 80);
  v128.store(target, c0, 128);
  v128.store(target, c1, 144);
  v128.store(target, d0, 192);
  v128.store(target, d1, 208);
}

export function dotOne(target: usize, query: usize, key: usize, units: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let i: i32 = 0; i < units; i++) {
    a0 = multiplyAdd(v128.load(query), v128.load(key), a0);
    a1 = multiplyAdd(v128.load(query, 16), v128.load(key, 16), a1);
    a2 = multiplyAdd(v128.load(query, 32), v128.load(key, 32), a2);
    a3 = multiplyAdd(v128.load(query, 48), v128.load(key, 48), a3);
    query += UNIT_BYTES;
    key += UNIT_BYTES;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
}

/** Adds `Σⱼ weights[j] values[j, i]` to unit i of `units`; from one of `count` to the next it is so many bytes. */
export function mixValues(target: usize, weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32, units: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= units; i += 4) {
    mixFour(target, weights, weightStride, values, valueStride, count);
    mixFour(target + 32, weights + 32, weightStride, values + 32, valueStride, count);
    target += 4 * UNIT_BYTES;
    values += 4 * UNIT_BYTES;
  }
  for (; i < units; i++) {
    mixOne(target, weights, weightStride, values, valueStride, count);
    target += UNIT_BYTES;
    values += UNIT_BYTES;
  }
}

/** Four units, for half the lanes. */
function mixFour(target: usize, weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32): void {
  let a0 = v128.load(target), a1 = v128.load(target, 16);
  let b0 = v128.load(target, 64), b1 = v128.load(target, 80);
  let c0 = v128.load(target, 128), c1 = v128.load(target, 144);
  let d0 = v128.load(target, 192), d1 = v128.load(target, 208);
  for (let j: i32 = 0; j < count; j++) {
    const w0 = v128.load(weights);
    const w1 = v128.load(weights, 16);
    a0 = multiplyAdd(w0, v128.load(values), a0);
    a1 = multiplyAdd(w1, v128.load(values, 16), a1);
    b0 = multiplyAdd(w0, v128.load(values, 64), b0);
    b1 = multiplyAdd(w1, v128.load(values, 80), b1);
    c0 = multiplyAdd(w0, v128.load(values, 128), c0);
    c1 = multiplyAdd(w1, v128.load(values, 144), c1);
    d0 = multiplyAdd(w0, v128.load(values, 192), d0);
    d1 = multiplyAdd(w1, v128.load(values, 208), d1);
    weights += weightStride;
    values += valueStride;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, b0, 64);
  v128.store(target, b1, 80);
  v128.store(target, c0, 128);
  v128.store(target, c1, 144);
  v128.store(target, d0, 192);
  v128.store(target, d1, 208);
}

function mixOne(target: usize, weights: usize, weightStride: usize, values: usize, valueStride: usize, count: i32): void {
  let a0 = v128.load(target), a1 = v128.load(target, 16), a2 = v128.load(target, 32), a3 = v128.load(target, 48);
  for (let j: i32 = 0; j < count; j++) {
    a0 = multiplyAdd(v128.load(weights), v128.load(values), a0);
    a1 = multiplyAdd(v128.load(weights, 16), v128.load(values, 16), a1);
    a2 = multiplyAdd(v128.load(weights, 32), v128.load(values, 32), a2);
    a3 = multiplyAdd(v128.load(weights, 48), v128.load(values, 48), a3);
    weights += weightStride;
    values += valueStride;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
}

/**
 * What a query attends to: `Σⱼ softmax(scores)ⱼ values[j]`, with `scoresⱼ = query · keys[j]`, for `count` keys and values side by side.
 *
 * @param stats two units: the largest score, and 1 / Σⱼ exp(scoreⱼ − largest)
 * @param scores place for `count` units
 */
export function attend(target: usize, stats: usize, query: usize, keys: usize, values: usize, count: i32, units: i32, scores: usize): void {
  const stride = <usize>units * UNIT_BYTES;
  dotKeys(scores, query, keys, stride, count, units);
  // Vectors are taken in pairs, of which V8 makes 256-bit ones.
  for (let lane: usize = 0; lane < UNIT_BYTES; lane += 32) {
    let score = scores + lane;
    let largest0 = v128.load(score), largest1 = v128.load(score, 16);
    for (let j: i32 = 1; j < count; j++) {
      score += UNIT_BYTES;
      largest0 = f32x4.pmax(largest0, v128.load(score));
      largest1 = f32x4.pmax(largest1, v128.load(score, 16));
    }
    v128.store(stats + lane, largest0);
    v128.store(stats + lane, largest1, 16);
    let total0 = splat(0), total1 = total0;
    score = scores + lane;
    for (let j: i32 = 0; j < count; j++) {
      const weight0 = expOfNegative4(f32x4.sub(v128.load(score), largest0));
      const weight1 = expOfNegative4(f32x4.sub(v128.load(score, 16), largest1));
      total0 = f32x4.add(total0, weight0);
      total1 = f32x4.add(total1, weight1);
      v128.store(score, weight0);
      v128.store(score, weight1, 16);
      score += UNIT_BYTES;
    }
    v128.store(stats + lane, f32x4.div(splat(1), total0), 64);
    v128.store(stats + lane, f32x4.div(splat(1), total1), 80);
  }
  memory.fill(target, 0, stride);
  const step = blockKeys(units);
  for (let j: i32 = 0; j < count; j += step) {
    mixValues(target, scores + <usize>j * UNIT_BYTES, UNIT_BYTES, values + <usize>j * stride, stride, min(step, count - j), units);
  }
  multiplyUnits(target, stats + UNIT_BYTES, units);
}

/** Multiplies `count` units by one and the same. */
function multiplyUnits(target: usize, by: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) v128.store(target + lane, f32x4.mul(v128.load(target + lane), v128.load(by + lane)));
    target += UNIT_BYTES;
  }
}

/**
 * The gradient of {@link attend} with respect to the query, and what those with respect to keys and values are made of.
 *
 * @param queryAdjoint becomes `Σⱼ slopes[j] keys[j]`
 * @param stats, attended as they came out there
 * @param attendedAdjoint of what was attended to
 * @param weights becomes the softmax
 * @param slopes becomes the adjoints of the scores
 * @param common place for a unit
 */
export function backwardAttention(
  queryAdjoint: usize,
  stats: usize,
  query: usize,
  keys: usize,
  values: usize,
  attended: usize,
  attendedAdjoint: usize,
  weights: usize,
  slopes: usize,
  common: usize,
  count: i32,
  units: i32,
): void {
  const stride = <usize>units * UNIT_BYTES;
  // The softmax's own sum Σⱼ weightⱼ · ∂weightⱼ.
  dotOne(common, attended, attendedAdjoint, units);
  memory.fill(queryAdjoint, 0, stride);
  const step = blockKeys(units);
  for (let j: i32 = 0; j < count; j += step) {
    const block = min(step, count - j);
    const w = weights + <usize>j * UNIT_BYTES;
    const s = slopes + <usize>j * UNIT_BYTES;
    const k = keys + <usize>j * stride;
    dotKeys(w, query, k, stride, block, units);
    dotKeys(s, attendedAdjoint, values + <usize>j * stride, stride, block, units);
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 32) {
      const largest0 = v128.load(stats + lane), largest1 = v128.load(stats + lane, 16);
      const inverse0 = v128.load(stats + lane, 64), inverse1 = v128.load(stats + lane, 80);
      const sum0 = v128.load(common + lane), sum1 = v128.load(common + lane, 16);
      let at = lane;
      for (let i: i32 = 0; i < block; i++) {
        const weight0 = f32x4.mul(expOfNegative4(f32x4.sub(v128.load(w + at), largest0)), inverse0);
        const weight1 = f32x4.mul(expOfNegative4(f32x4.sub(v128.load(w + at, 16), largest1)), inverse1);
        const slope0 = f32x4.mul(weight0, f32x4.sub(v128.load(s + at), sum0));
        const slope1 = f32x4.mul(weight1, f32x4.sub(v128.load(s + at, 16), sum1));
        v128.store(w + at, weight0);
        v128.store(w + at, weight1, 16);
        v128.store(s + at, slope0);
        v128.store(s + at, slope1, 16);
        at += UNIT_BYTES;
      }
    }
    mixValues(queryAdjoint, s, UNIT_BYTES, k, stride, block, units);
  }
}
