import { UNIT_BYTES } from '../tile/dot';
import { binOf, LOG_DERIVATIVE, Splines, VECTOR } from './spline-bin';
import { spline4 } from './spline';
import { splineGradient4 } from './spline-gradient';

// In a tile the parameters of one dimension are units one behind another, and so lie transposed already, four events at a time.

/**
 * Takes `count` dimensions of a tile through their splines, and adds the log-derivatives to `total`. Four lanes that are all missing stay as they
 * are: a spline costs more than the network before it.
 */
export function applySplines(all: Splines, raw: usize, value: usize, input: usize, parameters: usize, total: usize, count: i32, lanes: i32): void {
  const perDimension = <usize>all.parameterCount * UNIT_BYTES;
  const end = <usize>lanes << 2;
  for (let k: i32 = 0; k < count; k++) {
    let lane: usize = 0;
    for (; lane < end; lane += VECTOR) {
      takeParameters(all, raw, parameters + lane);
      v128.store(value + lane, spline4(all, raw, v128.load(input + lane)));
      v128.store(total + lane, f32x4.add(v128.load(total + lane), v128.load(binOf(all, raw), LOG_DERIVATIVE)));
    }
    for (; lane < UNIT_BYTES; lane += VECTOR) v128.store(value + lane, v128.load(input + lane));
    value += UNIT_BYTES;
    input += UNIT_BYTES;
    parameters += perDimension;
  }
}

/**
 * The gradients of {@link applySplines}.
 *
 * @param cotangent of the values; becomes that of the inputs
 * @param logDet the cotangent of the log-determinant
 * @param gradient of the parameters
 */
export function applySplinesGradient(
  all: Splines,
  raw: usize,
  cotangent: usize,
  logDet: usize,
  input: usize,
  parameters: usize,
  gradient: usize,
  count: i32,
  lanes: i32,
): void {
  const perDimension = <usize>all.parameterCount * UNIT_BYTES;
  const end = <usize>lanes << 2;
  for (let k: i32 = 0; k < count; k++) {
    if (end <= UNIT_BYTES - VECTOR) memory.fill(gradient, 0, perDimension);
    for (let lane: usize = 0; lane < end; lane += VECTOR) {
      takeParameters(all, raw, parameters + lane);
      const dInput = splineGradient4(all, raw, v128.load(input + lane), v128.load(cotangent + lane), v128.load(logDet + lane));
      v128.store(cotangent + lane, dInput);
      let to = gradient + lane;
      for (let p: i32 = 0; p < all.parameterCount; p++) {
        v128.store(to, v128.load(raw + <usize>p * VECTOR));
        to += UNIT_BYTES;
      }
    }
    cotangent += UNIT_BYTES;
    input += UNIT_BYTES;
    parameters += perDimension;
    gradient += perDimension;
  }
}

/** Copies the parameters of four events, because the splines need their place. */
function takeParameters(all: Splines, raw: usize, from: usize): void {
  for (let p: i32 = 0; p < all.parameterCount; p++) {
    v128.store(raw + <usize>p * VECTOR, v128.load(from));
    from += UNIT_BYTES;
  }
}
