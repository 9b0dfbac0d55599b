// The reference is `layerNorm` in packages/bijectors/src/autoregressive/attention/layer-norm.ts.
import { UNIT_BYTES } from './dot';
import { splat } from '../simd/simd-math';
import { addLaneSums } from './tile';

/** Added to the variance, as in the layer norm that is composed of tf ops. */
const EPSILON: f32 = 1e-5;

/**
 * `scale · (x − mean)/√(variance + ε) + shift`, with the mean and the variance of each event's units.
 *
 * @param normalized becomes the same without scale and shift; may be `target`
 * @param inverseSpread becomes `1/√(variance + ε)`
 */
export function normalize(target: usize, normalized: usize, inverseSpread: usize, x: usize, scale: usize, shift: usize, count: i32): void {
  const size = <usize>count * UNIT_BYTES;
  const share = splat(1 / <f32>count);
  for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
    let mean = splat(0);
    for (let at: usize = lane; at < size; at += UNIT_BYTES) mean = f32x4.add(mean, v128.load(x + at));
    mean = f32x4.mul(mean, share);
    let variance = splat(0);
    for (let at: usize = lane; at < size; at += UNIT_BYTES) {
      const centered = f32x4.sub(v128.load(x + at), mean);
      variance = f32x4.add(variance, f32x4.mul(centered, centered));
    }
    const inverse = f32x4.div(splat(1), f32x4.sqrt(f32x4.add(f32x4.mul(variance, share), splat(EPSILON))));
    v128.store(inverseSpread + lane, inverse);
    let s = scale;
    let t = shift;
    for (let at: usize = lane; at < size; at += UNIT_BYTES) {
      const z = f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse);
      v128.store(normalized + at, z);
      v128.store(target + at, f32x4.add(f32x4.mul(z, v128.load32_splat(s)), v128.load32_splat(t)));
      s += 4;
      t += 4;
    }
  }
}

/**
 * The gradients of {@link normalize}: adds that of x to `xAdjoint`, and those of the scale and the shift, over all events, to theirs.
 *
 * @param adjoint of what it gives; overwritten
 */
export function normalizeGradient(
  xAdjoint: usize,
  adjoint: usize,
  normalized: usize,
  inverseSpread: usize,
  scale: usize,
  scaleGradient: usize,
  shiftGradient: usize,
  count: i32,
): void {
  const size = <usize>count * UNIT_BYTES;
  const share = splat(1 / <f32>count);
  addLaneSums(shiftGradient, adjoint, count);
  for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
    let mean = splat(0);
    let along = splat(0);
    let s = scale;
    for (let at: usize = lane; at < size; at += UNIT_BYTES) {
      const z = v128.load(normalized + at);
      const scaled = f32x4.mul(v128.load(adjoint + at), v128.load32_splat(s));
      mean = f32x4.add(mean, scaled);
      along = f32x4.add(along, f32x4.mul(scaled, z));
      s += 4;
    }
    // Changes of an event's mean or spread have no effect.
    mean = f32x4.mul(mean, share);
    along = f32x4.mul(along, share);
    const inverse = v128.load(inverseSpread + lane);
    s = scale;
    for (let at: usize = lane; at < size; at += UNIT_BYTES) {
      const z = v128.load(normalized + at);
      const given = v128.load(adjoint + at);
      const scaled = f32x4.mul(given, v128.load32_splat(s));
      const centered = f32x4.sub(f32x4.sub(scaled, mean), f32x4.mul(z, along));
      v128.store(xAdjoint + at, f32x4.add(v128.load(xAdjoint + at), f32x4.mul(centered, inverse)));
      v128.store(adjoint + at, f32x4.mul(given, z));
      s += 4;
    }
  }
  addLaneSums(scaleGradient, adjoint, count);
}
