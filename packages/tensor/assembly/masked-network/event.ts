// The reference is `unrollForward` in packages/made/src/unroll/forward.ts.
// One event alone: a tile would compute fifteen more, and its products want the weights transposed. Here each input that is known is added to all units
// that read it, over the weights as they lie.

import { activate } from '../simd/activation';
import { multiplyAdd } from '../simd/multiply-add';
import { UNIT_BYTES } from '../tile/dot';
import { gather, rowOf, scatter } from '../tile/gather';
import { entry, lookup, spreadRow } from '../tile/tile';
import { applyStep, hasStep, parametersBefore } from './step';
import { layerAt, MaskedLayer, MaskedNetwork, nodeAt, totalOf, workOf } from './structs';

/** The values of one event. */
export function eventTask(at: usize, event: i32, thread: i32): void {
  const network = changetype<MaskedNetwork>(at);
  const given = workOf(network, thread);
  const total = totalOf(network, given);
  const record = total + UNIT_BYTES;
  const chosen = record + nodeAt(network, 0).values;
  gather(given, rowOf(network.input, network.dim, event), network.dim, network.dim, network.dimensionIndices, 1);
  memory.fill(total, 0, UNIT_BYTES);
  for (let l: i32 = 0; l < network.layerCount; l++) setOffsets(network, l, record, event);
  const inputs = nodeAt(network, 0).starts;
  if (network.sequential) {
    for (let degree: i32 = 0; degree < network.degrees; degree++) {
      for (let l: i32 = 0; l < network.layerCount; l++) {
        const starts = nodeAt(network, l + 1).starts;
        finishUnits(network, l, record, entry(starts, degree), entry(starts, degree + 1));
      }
      const begin = entry(inputs, degree);
      const end = entry(inputs, degree + 1);
      stepOne(network, thread, record, chosen, given, total, begin, end);
      addProducts(network, 0, record, chosen, UNIT_BYTES, begin, end);
    }
  } else {
    addProducts(network, 0, record, given, UNIT_BYTES, 0, network.dim);
    for (let l: i32 = 0; l < network.layerCount; l++) finishUnits(network, l, record, 0, layerAt(network, l).units);
    if (!hasStep(network)) {
      storeParameters(network, record, event);
      return;
    }
    stepOne(network, thread, record, chosen, given, total, 0, network.dim);
  }
  scatter(rowOf(network.value, network.dim, event), chosen, network.dim, network.dim, network.dimensionIndices, 1);
  store<f32>(network.logDet + (<usize>event << 2), load<f32>(total));
}

/** The values of a node's units, side by side; those of the last one at the end of their place, where {@link stepOne} spreads them from the front. */
// @ts-ignore: decorator
@inline
function valuesOf(network: MaskedNetwork, n: i32, record: usize): usize {
  const node = nodeAt(network, n);
  return record + node.values + (n == network.layerCount ? <usize>node.count * (UNIT_BYTES - 4) : 0);
}

/** Sets a layer's units to their offsets. */
function setOffsets(network: MaskedNetwork, l: i32, record: usize, event: i32): void {
  const layer = layerAt(network, l);
  const values = valuesOf(network, l + 1, record);
  if (!layer.offset) {
    memory.fill(values, 0, <usize>layer.units << 2);
    return;
  }
  const offset = rowOf(layer.offset, layer.units, layer.offsetPerRow ? event : 0);
  for (let j: i32 = 0; j < layer.units; j++) store<f32>(values + (<usize>j << 2), load<f32>(offset + (<usize>lookup(layer.unitOrder, j) << 2)));
}

/** Units of a layer to which all that they read has been added: adds them to the units that read them. */
function finishUnits(network: MaskedNetwork, l: i32, record: usize, begin: i32, end: i32): void {
  if (begin == end) return;
  const layer = layerAt(network, l);
  const node = nodeAt(network, l + 1);
  const values = valuesOf(network, l + 1, record);
  if (layer.skip >= 0) {
    const skip = valuesOf(network, layer.skip, record);
    for (let at = <usize>begin << 2; at < <usize>end << 2; at += 4) store<f32>(values + at, load<f32>(values + at) + load<f32>(skip + at));
  }
  if (node.reads == node.values) return;
  const reads = record + node.reads;
  // Up to three units behind the last are computed too, to no effect: theirs are overwritten when they are finished.
  activate(network.activation, values + (<usize>begin << 2), reads + (<usize>begin << 2), (end - begin + 3) & ~3);
  addProducts(network, l + 1, record, reads, 4, begin, end);
}

/** Adds the units `begin` up to `end` of a node, which lie `stride` bytes apart, to all units that read them. */
function addProducts(network: MaskedNetwork, n: i32, record: usize, reads: usize, stride: usize, begin: i32, end: i32): void {
  for (let l = n; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (layer.from != n) continue;
    const values = valuesOf(network, l + 1, record);
    let i = begin;
    for (; i + 4 <= end; i += 4) {
      const common = entry(layer.firsts, i + 3);
      for (let k: i32 = 0; k < 3; k++) addOne(layer, values, i + k, reads + stride * (i + k), entry(layer.firsts, i + k), common);
      addFour(layer, values, i, reads + stride * i, stride, common);
    }
    for (; i < end; i++) addOne(layer, values, i, reads + stride * i, entry(layer.firsts, i), layer.units);
  }
}

/** Adds an input to the units `begin` up to `end`. */
function addOne(layer: MaskedLayer, values: usize, i: i32, read: usize, begin: i32, end: i32): void {
  const row = rowOf(layer.weights, layer.units, lookup(layer.inputOrder, i));
  const x = v128.load32_splat(read);
  let j = begin;
  if (!layer.unitOrder) {
    for (; j + 4 <= end; j += 4) {
      const at = <usize>j << 2;
      v128.store(values + at, multiplyAdd(x, v128.load(row + at), v128.load(values + at)));
    }
  }
  for (; j < end; j++) {
    const value = values + (<usize>j << 2);
    v128.store_lane<f32>(value, multiplyAdd(x, weightOf(row, layer, j), v128.load32_zero(value)), 0);
  }
}

/** Adds four inputs to the units from `begin` on, which all read them. */
function addFour(layer: MaskedLayer, values: usize, i: i32, reads: usize, stride: usize, begin: i32): void {
  const r0 = rowOf(layer.weights, layer.units, lookup(layer.inputOrder, i));
  const r1 = rowOf(layer.weights, layer.units, lookup(layer.inputOrder, i + 1));
  const r2 = rowOf(layer.weights, layer.units, lookup(layer.inputOrder, i + 2));
  const r3 = rowOf(layer.weights, layer.units, lookup(layer.inputOrder, i + 3));
  const x0 = v128.load32_splat(reads);
  const x1 = v128.load32_splat(reads + stride);
  const x2 = v128.load32_splat(reads + 2 * stride);
  const x3 = v128.load32_splat(reads + 3 * stride);
  let j = begin;
  if (!layer.unitOrder) {
    for (; j + 4 <= layer.units; j += 4) {
      const at = <usize>j << 2;
      const sum = multiplyAdd(x1, v128.load(r1 + at), multiplyAdd(x0, v128.load(r0 + at), v128.load(values + at)));
      v128.store(values + at, multiplyAdd(x3, v128.load(r3 + at), multiplyAdd(x2, v128.load(r2 + at), sum)));
    }
  }
  for (; j < layer.units; j++) {
    const value = values + (<usize>j << 2);
    const sum = multiplyAdd(x1, weightOf(r1, layer, j), multiplyAdd(x0, weightOf(r0, layer, j), v128.load32_zero(value)));
    v128.store_lane<f32>(value, multiplyAdd(x3, weightOf(r3, layer, j), multiplyAdd(x2, weightOf(r2, layer, j), sum)), 0);
  }
}

// @ts-ignore: decorator
@inline
function weightOf(row: usize, layer: MaskedLayer, j: i32): v128 {
  return v128.load32_zero(row + (<usize>lookup(layer.unitOrder, j) << 2));
}

/** Steps through the dimensions `begin` up to `end`, whose parameters become a tile's in place: each row of it ends before what has yet to be read. */
function stepOne(network: MaskedNetwork, thread: i32, record: usize, chosen: usize, given: usize, total: usize, begin: i32, end: i32): void {
  const parameters = record + nodeAt(network, network.layerCount).values;
  const first = max(begin, network.passing);
  if (first < end) {
    const at = parametersBefore(network, first);
    const compact = valuesOf(network, network.layerCount, record) + at / (UNIT_BYTES / 4);
    spreadRow(parameters + at, compact, (end - first) * network.parameterCount);
  }
  applyStep(network, thread, chosen, given, parameters, total, begin, end, 1);
}

/** Without a step the parameters are the result, in the order of the weights' columns. */
function storeParameters(network: MaskedNetwork, record: usize, event: i32): void {
  const layer = layerAt(network, network.layerCount - 1);
  const parameters = valuesOf(network, network.layerCount, record);
  const row = rowOf(network.value, layer.units, event);
  for (let c: i32 = 0; c < layer.units; c++) store<f32>(row + (<usize>c << 2), load<f32>(parameters + (<usize>lookup(layer.columnUnits, c) << 2)));
}
