// The reference is `unrollForward` in packages/made/src/unroll/forward.ts.
import { activate } from '../simd/activation';
import { addDot, addDotPair, addSixDots, UNIT_BYTES } from '../tile/dot';
import { gather, rowOf, scatter } from '../tile/gather';
import { applyStep, hasStep } from './step';
import { layerAt, MaskedLayer, MaskedNetwork, nodeAt, totalOf, workOf } from './structs';
import { addUnits, entry, lookup, spread, TILE } from '../tile/tile';

/** The values of one tile of events. */
export function tileTask(at: usize, task: i32, thread: i32): void {
  const network = changetype<MaskedNetwork>(at);
  const row = task * TILE;
  const lanes = min(TILE, network.rows - row);
  const work = workOf(network, thread);
  const record = network.records ? network.records + network.record * <usize>task : totalOf(network, work) + UNIT_BYTES;
  const chosen = record + nodeAt(network, 0).values;
  // In the sequential direction the network reads the values, not the input.
  const given = network.sequential ? work : chosen;
  gather(given, rowOf(network.input, network.dim, row), network.dim, network.dim, network.dimensionIndices, lanes);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (!layer.offset || !layer.offsetPerRow) continue;
    const units = layer.units;
    gather(record + nodeAt(network, l + 1).values, rowOf(layer.offset, units, row), units, units, layer.columnUnits, lanes);
  }
  const total = totalOf(network, work);
  memory.fill(total, 0, UNIT_BYTES);
  if (network.sequential) applyByDegree(network, thread, record, given, total, lanes);
  else computeAll(network, record);

  const last = network.layerCount;
  const parameters = record + nodeAt(network, last).values;
  if (!hasStep(network)) {
    const count = network.dim * network.parameterCount;
    scatter(rowOf(network.value, count, row), parameters, count, count, layerAt(network, last - 1).columnUnits, lanes);
    return;
  }
  let values = chosen;
  if (!network.sequential) {
    // The place of the sequential direction's input is free.
    values = work;
    applyStep(network, thread, values, chosen, parameters, total, 0, network.dim, lanes);
  }
  scatter(rowOf(network.value, network.dim, row), values, network.dim, network.dim, network.dimensionIndices, lanes);
  memory.copy(network.logDet + (<usize>row << 2), total, <usize>lanes << 2);
}

function computeAll(network: MaskedNetwork, record: usize): void {
  for (let l: i32 = 0; l < network.layerCount; l++) computeUnits(network, l, record, 0, layerAt(network, l).units, 0);
}

/** Units of the widest layer for which the products with all earlier degrees are taken together: one unit alone would wait for its own sums. */
const BLOCK_UNITS: i32 = 24;

function applyByDegree(network: MaskedNetwork, thread: i32, record: usize, given: usize, total: usize, lanes: i32): void {
  const first = nodeAt(network, 0);
  const chosen = record + first.values;
  const last = network.layerCount;
  const parameters = record + nodeAt(network, last).values;
  const blockDegrees = degreesOfBlock(network);
  for (let degree: i32 = 0; degree < network.degrees; degree++) {
    const blockStart = degree - (degree % blockDegrees);
    if (blockDegrees > 1 && degree == blockStart) prepareBlock(network, record, degree, min(degree + blockDegrees, network.degrees));
    for (let l: i32 = 0; l < last; l++) {
      const starts = nodeAt(network, l + 1).starts;
      const done = blockDegrees > 1 ? entry(nodeAt(network, layerAt(network, l).from).starts, blockStart) : 0;
      computeUnits(network, l, record, entry(starts, degree), entry(starts, degree + 1), done);
    }
    applyStep(network, thread, chosen, given, parameters, total, entry(first.starts, degree), entry(first.starts, degree + 1), lanes);
  }
}

/** The number of degrees that are prepared together: 1 where a degree has units enough of its own. */
function degreesOfBlock(network: MaskedNetwork): i32 {
  let widest: i32 = 1;
  for (let n: i32 = 1; n <= network.layerCount; n++) widest = max(widest, nodeAt(network, n).count);
  const degrees = (BLOCK_UNITS * network.degrees) / widest;
  return degrees < BLOCK_UNITS / 3 ? 1 : degrees;
}

/** Starts the sums of all units of some degrees with what the degrees before them give. */
function prepareBlock(network: MaskedNetwork, record: usize, degree: i32, end: i32): void {
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    const starts = nodeAt(network, l + 1).starts;
    setOffsets(network, l, record, entry(starts, degree), entry(starts, end));
    addProducts(network, l, record, entry(starts, degree), entry(starts, end), 0, entry(nodeAt(network, layer.from).starts, degree));
  }
}

/** The units of a layer from `begin` up to `end`, whose sums already hold the first `done` inputs. */
function computeUnits(network: MaskedNetwork, l: i32, record: usize, begin: i32, end: i32, done: i32): void {
  if (begin == end) return;
  const layer = layerAt(network, l);
  const node = nodeAt(network, l + 1);
  const target = record + node.values + <usize>begin * UNIT_BYTES;
  if (done == 0) setOffsets(network, l, record, begin, end);
  if (layer.skip >= 0) addUnits(target, record + nodeAt(network, layer.skip).values + <usize>begin * UNIT_BYTES, end - begin);
  addProducts(network, l, record, begin, end, done, layer.inputs);
  if (node.reads != node.values) activate(network.activation, target, record + node.reads + <usize>begin * UNIT_BYTES, (end - begin) * TILE);
}

/** Sets units to their offsets; one for each event is there already. */
function setOffsets(network: MaskedNetwork, l: i32, record: usize, begin: i32, end: i32): void {
  const layer = layerAt(network, l);
  const values = record + nodeAt(network, l + 1).values;
  if (!layer.offset) memory.fill(values + <usize>begin * UNIT_BYTES, 0, <usize>(end - begin) * UNIT_BYTES);
  else if (!layer.offsetPerRow) {
    for (let j = begin; j < end; j++) spread(values + <usize>j * UNIT_BYTES, layer.offset + (<usize>lookup(layer.unitOrder, j) << 2));
  }
}

/** Adds to units what inputs from `from` up to `to` give them, as far as they read these. */
function addProducts(network: MaskedNetwork, l: i32, record: usize, begin: i32, end: i32, from: i32, to: i32): void {
  const layer = layerAt(network, l);
  const values = record + nodeAt(network, l + 1).values;
  const reads = record + nodeAt(network, layer.from).reads;
  let j = begin;
  if (WIDE) {
    const stride = <usize>layer.inputs << 2;
    for (; j + 6 <= end; j += 6) {
      // Limits ascend: all read the inputs of the first unit.
      const common = max(0, min(to, entry(layer.limits, j)) - from);
      if (common > 0) {
        const w = layer.forward + stride * j + (<usize>from << 2);
        const units = values + <usize>j * UNIT_BYTES;
        addSixDots(units, w, w + stride, w + 2 * stride, w + 3 * stride, w + 4 * stride, w + 5 * stride, reads + <usize>from * UNIT_BYTES, common);
      }
      addPairs(layer, values, reads, j, j + 6, from + common, to);
    }
  }
  addPairs(layer, values, reads, j, end, from, to);
}

/** {@link addProducts} two units at a time. */
function addPairs(layer: MaskedLayer, values: usize, allReads: usize, begin: i32, end: i32, from: i32, to: i32): void {
  const reads = allReads + <usize>from * UNIT_BYTES;
  const stride = <usize>layer.inputs << 2;
  let weights = layer.forward + stride * begin + (<usize>from << 2);
  let unit = values + <usize>begin * UNIT_BYTES;
  let j = begin;
  for (; j + 1 < end; j += 2) {
    const common = max(0, min(to, entry(layer.limits, j)) - from);
    const more = max(0, min(to, entry(layer.limits, j + 1)) - from) - common;
    if (common > 0) addDotPair(unit, weights, weights + stride, reads, common);
    if (more > 0) addDot(unit + UNIT_BYTES, weights + stride + (<usize>common << 2), reads + <usize>common * UNIT_BYTES, more);
    weights += 2 * stride;
    unit += 2 * UNIT_BYTES;
  }
  if (j < end) addDot(unit, weights, reads, max(0, min(to, entry(layer.limits, j)) - from));
}
