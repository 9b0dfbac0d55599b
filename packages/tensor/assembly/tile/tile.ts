import { UNIT_BYTES } from './dot';

/** Events of one tile, the lanes of its units. */
export const TILE: i32 = 16;

// @ts-ignore: decorator
@inline
export function entry(table: usize, index: i32): i32 {
  return load<i32>(table + (<usize>index << 2));
}

/** The index of an item in a list that may have an order of its own. */
// @ts-ignore: decorator
@inline
export function lookup(order: usize, index: i32): i32 {
  return order ? entry(order, index) : index;
}

/** Sets a unit to a number, the same for all events. */
// @ts-ignore: decorator
@inline
export function spread(unit: usize, number: usize): void {
  const all = v128.load32_splat(number);
  v128.store(unit, all);
  v128.store(unit, all, 16);
  v128.store(unit, all, 32);
  v128.store(unit, all, 48);
}

/** Sets each of `count` units to a number of its own. */
export function spreadRow(tile: usize, row: usize, count: i32): void {
  for (let k: i32 = 0; k < count; k++) {
    spread(tile, row);
    tile += UNIT_BYTES;
    row += 4;
  }
}

/** Adds to each of `count` units a number of its own, the same for all events. */
export function addRow(tile: usize, row: usize, count: i32): void {
  for (let k: i32 = 0; k < count; k++) {
    const all = v128.load32_splat(row);
    v128.store(tile, f32x4.add(v128.load(tile), all));
    v128.store(tile, f32x4.add(v128.load(tile, 16), all), 16);
    v128.store(tile, f32x4.add(v128.load(tile, 32), all), 32);
    v128.store(tile, f32x4.add(v128.load(tile, 48), all), 48);
    tile += UNIT_BYTES;
    row += 4;
  }
}

/** Adds `count` units to others. */
export function addUnits(target: usize, source: usize, count: i32): void {
  for (let k: i32 = 0; k < count; k++) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
    v128.store(target, f32x4.add(v128.load(target, 16), v128.load(source, 16)), 16);
    v128.store(target, f32x4.add(v128.load(target, 32), v128.load(source, 32)), 32);
    v128.store(target, f32x4.add(v128.load(target, 48), v128.load(source, 48)), 48);
    target += UNIT_BYTES;
    source += UNIT_BYTES;
  }
}

/** Adds each unit's sum over all events to a row of numbers. */
export function addLaneSums(row: usize, tile: usize, count: i32): void {
  let k: i32 = 0;
  for (; k + 4 <= count; k += 4) {
    v128.store(row, f32x4.add(v128.load(row), laneSums(unitSum(tile), unitSum(tile + UNIT_BYTES), unitSum(tile + 2 * UNIT_BYTES), unitSum(tile + 3 * UNIT_BYTES))));
    row += 16;
    tile += 4 * UNIT_BYTES;
  }
  for (; k < count; k++) {
    const sum = unitSum(tile);
    store<f32>(row, load<f32>(row) + f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0));
    row += 4;
    tile += UNIT_BYTES;
  }
}

// @ts-ignore: decorator
@inline
export function unitSum(unit: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(unit), v128.load(unit, 16)), f32x4.add(v128.load(unit, 32), v128.load(unit, 48)));
}

/** The sums over the lanes of four vectors. */
// @ts-ignore: decorator
@inline
export function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
