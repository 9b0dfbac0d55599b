// The reference is `lstmCell` in packages/bijectors/src/autoregressive/lstm/lstm-cell.ts.
import { UNIT_BYTES } from '../tile/dot';
import { sigmoid4, splat } from '../simd/simd-math';

/**
 * One layer's cells and states from the products of its gates, in the order input, forget, output, candidate.
 *
 * @param gates become the gates' values
 * @param shown becomes the tanh of the cells
 */
export function advanceCells(width: i32, gates: usize, before: usize, cells: usize, shown: usize, states: usize): void {
  const gate = <usize>width * UNIT_BYTES;
  for (let at: usize = 0; at < gate; at += 32) {
    const unit = gates + at;
    const take0 = sigmoid4(v128.load(unit)), take1 = sigmoid4(v128.load(unit, 16));
    const keep0 = sigmoid4(v128.load(unit + gate)), keep1 = sigmoid4(v128.load(unit + gate, 16));
    const show0 = sigmoid4(v128.load(unit + 2 * gate)), show1 = sigmoid4(v128.load(unit + 2 * gate, 16));
    const content0 = tanh(v128.load(unit + 3 * gate)), content1 = tanh(v128.load(unit + 3 * gate, 16));
    const cell0 = f32x4.add(f32x4.mul(keep0, v128.load(before + at)), f32x4.mul(take0, content0));
    const cell1 = f32x4.add(f32x4.mul(keep1, v128.load(before + at, 16)), f32x4.mul(take1, content1));
    const visible0 = tanh(cell0), visible1 = tanh(cell1);
    v128.store(unit, take0);
    v128.store(unit, take1, 16);
    v128.store(unit + gate, keep0);
    v128.store(unit + gate, keep1, 16);
    v128.store(unit + 2 * gate, show0);
    v128.store(unit + 2 * gate, show1, 16);
    v128.store(unit + 3 * gate, content0);
    v128.store(unit + 3 * gate, content1, 16);
    v128.store(cells + at, cell0);
    v128.store(cells + at, cell1, 16);
    v128.store(shown + at, visible0);
    v128.store(shown + at, visible1, 16);
    v128.store(states + at, f32x4.mul(show0, visible0));
    v128.store(states + at, f32x4.mul(show1, visible1), 16);
  }
}

/**
 * The gradient of {@link advanceCells}.
 *
 * @param cellAdjoints of the cells afterwards; become those of the cells before
 * @param gateAdjoints of the products
 */
export function backwardCells(
  width: i32,
  gates: usize,
  before: usize,
  shown: usize,
  stateAdjoints: usize,
  cellAdjoints: usize,
  gateAdjoints: usize,
): void {
  const gate = <usize>width * UNIT_BYTES;
  const one = splat(1);
  for (let at: usize = 0; at < gate; at += 16) {
    const unit = gates + at;
    const take = v128.load(unit);
    const keep = v128.load(unit + gate);
    const show = v128.load(unit + 2 * gate);
    const content = v128.load(unit + 3 * gate);
    const visible = v128.load(shown + at);
    const state = v128.load(stateAdjoints + at);
    const slope = f32x4.sub(one, f32x4.mul(visible, visible));
    const cell = f32x4.add(v128.load(cellAdjoints + at), f32x4.mul(f32x4.mul(state, show), slope));
    const to = gateAdjoints + at;
    v128.store(to, f32x4.mul(f32x4.mul(cell, content), f32x4.mul(take, f32x4.sub(one, take))));
    v128.store(to + gate, f32x4.mul(f32x4.mul(cell, v128.load(before + at)), f32x4.mul(keep, f32x4.sub(one, keep))));
    v128.store(to + 2 * gate, f32x4.mul(f32x4.mul(state, visible), f32x4.mul(show, f32x4.sub(one, show))));
    v128.store(to + 3 * gate, f32x4.mul(f32x4.mul(cell, take), f32x4.sub(one, f32x4.mul(content, content))));
    v128.store(cellAdjoints + at, f32x4.mul(cell, keep));
  }
}

/** Off by 10⁻⁷ at most, which is much only near 0: what it enters are sums. */
// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const s = sigmoid4(f32x4.add(x, x));
  return f32x4.sub(f32x4.add(s, s), splat(1));
}
