import { activate } from './activation';
import { addDot, addDotPair, UNIT_BYTES } from './dot';
import { entry, layerAt, Network, nodeAt, place, TILE, totalOf, workOf } from './masked-network';
import { gather, scatter } from './network-tile';
import { applyStep, Step } from './step';
import { addUnits } from './tile';

/** The values of one tile of events. */
export function tilePart(at: usize, part: i32, thread: i32): void {
  const network = changetype<Network>(at);
  const row = part * TILE;
  const lanes = min(TILE, network.rows - row);
  const work = workOf(network, thread);
  const record = network.records ? network.records + network.record * <usize>part : totalOf(network, work) + UNIT_BYTES;
  const chosen = record + nodeAt(network, 0).values;
  // In the sequential direction the network reads what is chosen, not what is given.
  const given = network.sequential ? work : chosen;
  gather(given, network.input, network.dim, network.dimensionRanks, row, lanes);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (layer.offset && layer.offsetPerRow) gather(record + nodeAt(network, l + 1).values, layer.offset, layer.units, layer.unitRanks, row, lanes);
  }
  const total = totalOf(network, work);
  memory.fill(total, 0, UNIT_BYTES);
  if (network.sequential) chooseByRank(network, record, given, total);
  else computeAll(network, record);

  const last = network.layerCount;
  const parameters = record + nodeAt(network, last).values;
  if (!network.step) {
    scatter(network.value, parameters, network.dim * network.parameterCount, layerAt(network, last - 1).unitRanks, row, lanes);
    return;
  }
  let values = chosen;
  if (!network.sequential) {
    // The place of the sequential direction's input is free.
    values = work;
    applyStep(changetype<Step>(network.step), values, chosen, parameters, total, network.dim);
  }
  scatter(network.value, values, network.dim, network.dimensionRanks, row, lanes);
  memory.copy(network.logDet + (<usize>row << 2), total, <usize>lanes << 2);
}

function computeAll(network: Network, record: usize): void {
  for (let l: i32 = 0; l < network.layerCount; l++) computeUnits(network, l, record, 0, layerAt(network, l).units);
}

function chooseByRank(network: Network, record: usize, given: usize, total: usize): void {
  const first = nodeAt(network, 0);
  const chosen = record + first.values;
  const last = network.layerCount;
  const parameters = record + nodeAt(network, last).values;
  const step = changetype<Step>(network.step);
  for (let rank: i32 = 0; rank < network.ranks; rank++) {
    for (let l: i32 = 0; l < last; l++) {
      const starts = nodeAt(network, l + 1).starts;
      computeUnits(network, l, record, entry(starts, rank), entry(starts, rank + 1));
    }
    const begin = entry(first.starts, rank);
    const at = <usize>begin * UNIT_BYTES;
    applyStep(step, chosen + at, given + at, parameters + at * network.parameterCount, total, entry(first.starts, rank + 1) - begin);
  }
}

/** The units of a layer from `begin` up to `end`; an offset for each event is there already. */
function computeUnits(network: Network, l: i32, record: usize, begin: i32, end: i32): void {
  if (begin == end) return;
  const layer = layerAt(network, l);
  const node = nodeAt(network, l + 1);
  const values = record + node.values;
  const target = values + <usize>begin * UNIT_BYTES;
  const count = end - begin;
  if (!layer.offset) memory.fill(target, 0, <usize>count * UNIT_BYTES);
  else if (!layer.offsetPerRow) {
    for (let j = begin; j < end; j++) spread(values + <usize>j * UNIT_BYTES, layer.offset + (<usize>place(layer.unitOrder, j) << 2));
  }
  if (layer.skip >= 0) addUnits(target, record + nodeAt(network, layer.skip).values + <usize>begin * UNIT_BYTES, count);

  const reads = record + nodeAt(network, layer.from).reads;
  const stride = <usize>layer.inputs << 2;
  let j = begin;
  for (; j + 1 < end; j += 2) {
    const weights = layer.forward + stride * j;
    const unit = values + <usize>j * UNIT_BYTES;
    const common = entry(layer.limits, j);
    const more = entry(layer.limits, j + 1) - common;
    addDotPair(unit, weights, weights + stride, reads, common);
    if (more > 0) addDot(unit + UNIT_BYTES, weights + stride + (<usize>common << 2), reads + <usize>common * UNIT_BYTES, more);
  }
  if (j < end) addDot(values + <usize>j * UNIT_BYTES, layer.forward + stride * j, reads, entry(layer.limits, j));
  if (node.reads != node.values) activate(network.activation, target, record + node.reads + <usize>begin * UNIT_BYTES, count * TILE);
}

// @ts-ignore: decorator
@inline
function spread(unit: usize, number: usize): void {
  const all = v128.load32_splat(number);
  v128.store(unit, all);
  v128.store(unit, all, 16);
  v128.store(unit, all, 32);
  v128.store(unit, all, 48);
}
