// The reference is `unrollBackward` in packages/made/src/unroll/backward.ts.
import { multiplySlopes } from '../simd/activation';
import { addDot, addDotPair, addSixDots, UNIT_BYTES } from '../tile/dot';
import { gather, gatherAdjoints, rowOf, scatter } from '../tile/gather';
import { applyStepGradient, hasStep } from './step';
import { MaskedLayer, layerAt, MaskedNetwork, nodeAt, totalOf, workOf } from './structs';
import { addUnits, entry, lookup, TILE } from '../tile/tile';

/** The adjoints of one tile of the block, and the gradients of its input and of offsets for each event. */
export function adjointsTask(at: usize, task: i32, thread: i32): void {
  const network = changetype<MaskedNetwork>(at);
  const row = network.first + task * TILE;
  const lanes = min(TILE, network.rows - row);
  const record = network.records + network.record * <usize>(row / TILE);
  const adjoints = network.adjoints + network.record * <usize>task;
  const direct = workOf(network, thread);
  const total = totalOf(network, direct);
  if (hasStep(network)) {
    gatherAdjoints(direct, rowOf(network.value, network.dim, row), network.dim, network.dim, network.dimensionIndices, lanes);
    gatherAdjoints(total, rowOf(network.logDet, 1, row), 1, 1, 0, lanes);
    if (network.sequential) backwardByDegree(network, thread, record, adjoints, direct, total, residualOf(network, record, total, row, lanes), lanes);
    else {
      const last = nodeAt(network, network.layerCount).values;
      const chosen = record + nodeAt(network, 0).values;
      applyStepGradient(network, thread, direct, total, chosen, false, record + last, adjoints + last, 0, network.dim, lanes);
      backwardAll(network, record, adjoints, direct);
    }
  } else {
    const count = network.dim * network.parameterCount;
    const output = layerAt(network, network.layerCount - 1);
    memory.fill(direct, 0, <usize>network.dim * UNIT_BYTES);
    gatherAdjoints(adjoints + nodeAt(network, network.layerCount).values, rowOf(network.value, count, row), count, count, output.columnUnits, lanes);
    backwardAll(network, record, adjoints, direct);
  }
  scatter(rowOf(network.inputGradient, network.dim, row), direct, network.dim, network.dim, network.dimensionIndices, lanes);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (!layer.offset || !layer.offsetPerRow) continue;
    const units = layer.units;
    scatter(rowOf(layer.offsetGradient, units, row), adjoints + nodeAt(network, l + 1).values, units, units, layer.columnUnits, lanes);
  }
}

function backwardAll(network: MaskedNetwork, record: usize, adjoints: usize, direct: usize): void {
  for (let n = network.layerCount - 1; n >= 0; n--) computeAdjoints(network, n, record, adjoints, 0, nodeAt(network, n).count);
  addUnits(direct, adjoints + nodeAt(network, 0).values, network.dim);
}

/** Inputs of the gradient of the sequential direction's step that no record holds: the values of an affine step, the input of splines. */
function residualOf(network: MaskedNetwork, record: usize, total: usize, row: i32, lanes: i32): usize {
  if (!network.splines) return record + nodeAt(network, 0).values;
  const input = total + UNIT_BYTES;
  gather(input, rowOf(network.input, network.dim, row), network.dim, network.dim, network.dimensionIndices, lanes);
  return input;
}

function backwardByDegree(network: MaskedNetwork, thread: i32, record: usize, adjoints: usize, direct: usize, total: usize, residual: usize, lanes: i32): void {
  const first = nodeAt(network, 0);
  const last = nodeAt(network, network.layerCount);
  for (let degree = network.degrees - 1; degree >= 0; degree--) {
    const begin = entry(first.starts, degree);
    const end = entry(first.starts, degree + 1);
    const at = <usize>begin * UNIT_BYTES;
    computeAdjoints(network, 0, record, adjoints, begin, end);
    addUnits(direct + at, adjoints + first.values + at, end - begin);
    applyStepGradient(network, thread, direct, total, residual, true, record + last.values, adjoints + last.values, begin, end, lanes);
    for (let n = network.layerCount - 1; n > 0; n--) {
      const starts = nodeAt(network, n).starts;
      computeAdjoints(network, n, record, adjoints, entry(starts, degree), entry(starts, degree + 1));
    }
  }
}

/** Adds up the adjoints that the readers of a node, hidden or the input, give to its units from `begin` up to `end`. */
function computeAdjoints(network: MaskedNetwork, n: i32, record: usize, adjoints: usize, begin: i32, end: i32): void {
  if (begin == end) return;
  const node = nodeAt(network, n);
  const units = adjoints + node.values;
  const target = units + <usize>begin * UNIT_BYTES;
  const count = end - begin;
  memory.fill(target, 0, <usize>count * UNIT_BYTES);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (layer.from != n) continue;
    const above = adjoints + nodeAt(network, l + 1).values;
    let i = begin;
    if (WIDE) {
      for (; i + 6 <= end; i += 6) {
        // All of them give to the reader that the last one gives to.
        const common = entry(layer.firsts, i + 5);
        addPairs(layer, units, above, i, i + 6, common);
        addSixDots(
          units + <usize>i * UNIT_BYTES,
          weightsFrom(layer, i, common),
          weightsFrom(layer, i + 1, common),
          weightsFrom(layer, i + 2, common),
          weightsFrom(layer, i + 3, common),
          weightsFrom(layer, i + 4, common),
          weightsFrom(layer, i + 5, common),
          above + <usize>common * UNIT_BYTES,
          layer.units - common,
        );
      }
    }
    addPairs(layer, units, above, i, end, layer.units);
  }
  if (n > 0 && node.reads != node.values) {
    const at = <usize>begin * UNIT_BYTES;
    multiplySlopes(network.activation, record + node.values + at, record + node.reads + at, target, count * TILE);
  }
  for (let l: i32 = 0; l < network.layerCount; l++) {
    if (layerAt(network, l).skip == n) addUnits(target, adjoints + nodeAt(network, l + 1).values + <usize>begin * UNIT_BYTES, count);
  }
}

/** Adds to inputs, two at a time, what the units before `until` give back to them. */
function addPairs(layer: MaskedLayer, inputs: usize, above: usize, begin: i32, end: i32, until: i32): void {
  let i = begin;
  for (; i + 1 < end; i += 2) {
    const input = inputs + <usize>i * UNIT_BYTES;
    const from = min(entry(layer.firsts, i), until);
    const common = min(entry(layer.firsts, i + 1), until);
    if (common > from) addDot(input, weightsFrom(layer, i, from), above + <usize>from * UNIT_BYTES, common - from);
    if (until > common) addDotPair(input, weightsFrom(layer, i, common), weightsFrom(layer, i + 1, common), above + <usize>common * UNIT_BYTES, until - common);
  }
  if (i < end) {
    const from = min(entry(layer.firsts, i), until);
    if (until > from) addDot(inputs + <usize>i * UNIT_BYTES, weightsFrom(layer, i, from), above + <usize>from * UNIT_BYTES, until - from);
  }
}

/** The address of the weights from an input to a unit and those after it. */
// @ts-ignore: decorator
@inline
function weightsFrom(layer: MaskedLayer, input: i32, unit: i32): usize {
  const row = layer.unitOrder ? input : lookup(layer.inputOrder, input);
  return (layer.unitOrder ? layer.backward : layer.weights) + (<usize>(row * layer.units + unit) << 2);
}
