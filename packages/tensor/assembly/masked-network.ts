import { activate, multiplySlopes } from './activation';
import { addDot, addDotPair, UNIT_BYTES } from './dot';
import { applyStep, applyStepGradient, Step } from './step';
import { accumulateWeightGradient } from './weight-gradient';

/** Events of one tile, the lanes of its units. */
export const TILE: i32 = 16;

/** Tiles whose adjoints are kept at a time, until their share of the weights' gradients is added: 256 events. */
export const BLOCK_TILES: i32 = 16;

/** The units of one node by rank; every tile has a record, in which each node has its place. */
@unmanaged
export class Node {
  count: i32;
  /** For r = 0 … ranks, the number of units of lower rank. */
  starts: usize;
  /** Bytes from the record's start to the units' values, and to these through the activation. */
  values: usize;
  reads: usize;
}

/** A masked layer; its inputs and units are counted by rank. */
@unmanaged
export class Layer {
  from: i32;
  /** The node added to the result, or −1. */
  skip: i32;
  inputs: i32;
  units: i32;
  /** For each unit, how many inputs it reads: the first ones; ascending. */
  limits: usize;
  /** For each input, the first unit that reads it; it and all after do. */
  firsts: usize;
  /** Where each input's weights lie, as a row of the matrix; 0 if in order. */
  inputOrder: usize;
  /** Where each unit's weights lie, as a column; 0 if in order. */
  unitOrder: usize;
  /** `[inputs, units]`, as given. */
  weights: usize;
  /** What is added to the products, or 0: one row for all events, or one for each. */
  offset: usize;
  offsetPerRow: i32;
  /** Place for the weights by rank: `[units, inputs]`; and `[inputs, units]`, used where `unitOrder` is given. */
  forward: usize;
  backward: usize;
  /** The results: gradients of the weights and of the offset. */
  weightGradient: usize;
  offsetGradient: usize;
}

@unmanaged
export class Network {
  ranks: i32;
  dim: i32;
  parameterCount: i32;
  rows: i32;
  activation: i32;
  sequential: i32;
  /** Of hidden layers and the output. */
  layerCount: i32;
  layers: usize;
  /** The input's node, then each layer's. */
  nodes: usize;
  /** The dimension of each place in the order. */
  order: usize;
  /** Bytes of one tile's record. */
  record: usize;
  /** Place for a block's adjoints, laid out as the values are. */
  adjoints: usize;
  /** Place for one tile: the sequential direction's input `[D, 16]`, then the log-determinant. */
  work: usize;
  /** Place for the weight gradients' panels. */
  panels: usize;
  step: usize;
}

// @ts-ignore: decorator
@inline
function layerAt(network: Network, l: i32): Layer {
  return changetype<Layer>(network.layers + <usize>l * offsetof<Layer>());
}

// @ts-ignore: decorator
@inline
function nodeAt(network: Network, n: i32): Node {
  return changetype<Node>(network.nodes + <usize>n * offsetof<Node>());
}

// @ts-ignore: decorator
@inline
function entry(table: usize, index: i32): i32 {
  return load<i32>(table + (<usize>index << 2));
}

/** Where unit `index` is in a matrix that lists the units in an order of its own, if any. */
// @ts-ignore: decorator
@inline
function place(order: usize, index: i32): i32 {
  return order ? entry(order, index) : index;
}

/**
 * All parameters, or with a step the values and the log-determinant, in the parallel direction or the sequential one.
 *
 * @param input `[N, D]`
 * @param value with a step `[N, D]`, else the parameters `[N, D · P]`
 * @param logDet `[N]`, used with a step
 * @param records the tiles' records, or just one for all of them if they need not be kept
 * @param recordStride bytes from one tile's record to the next
 */
export function maskedNetwork(at: usize, input: usize, value: usize, logDet: usize, records: usize, recordStride: usize): void {
  const network = changetype<Network>(at);
  for (let l: i32 = 0; l < network.layerCount; l++) transposeWeights(layerAt(network, l));
  let record = records;
  for (let row: i32 = 0; row < network.rows; row += TILE) {
    if (network.sequential) sequentialTile(network, record, row, input, value, logDet);
    else parallelTile(network, record, row, input, value, logDet);
    record += recordStride;
  }
}

/**
 * The gradients of {@link maskedNetwork}.
 *
 * @param records as that function left them, one for each tile
 * @param valueCotangent as `value` there
 * @param logDetCotangent as `logDet` there
 * @param inputGradient `[N, D]`
 */
export function maskedNetworkGradient(
  at: usize,
  valueCotangent: usize,
  logDetCotangent: usize,
  records: usize,
  inputGradient: usize,
): void {
  const network = changetype<Network>(at);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (layer.unitOrder) sortWeights(layer);
    memory.fill(layer.weightGradient, 0, <usize>(layer.inputs * layer.units) << 2);
    if (layer.offset && !layer.offsetPerRow) memory.fill(layer.offsetGradient, 0, <usize>layer.units << 2);
  }
  const blockRows = BLOCK_TILES * TILE;
  for (let first: i32 = 0; first < network.rows; first += blockRows) {
    const end = min(first + blockRows, network.rows);
    const block = records + <usize>(first / TILE) * network.record;
    let record = block;
    let adjoints = network.adjoints;
    let tiles: i32 = 0;
    for (let row = first; row < end; row += TILE) {
      if (network.sequential) sequentialAdjoints(network, record, adjoints, row, valueCotangent, logDetCotangent, inputGradient);
      else parallelAdjoints(network, record, adjoints, row, valueCotangent, logDetCotangent, inputGradient);
      record += network.record;
      adjoints += network.record;
      tiles++;
    }
    for (let l: i32 = 0; l < network.layerCount; l++) {
      const layer = layerAt(network, l);
      const reads = block + nodeAt(network, layer.from).reads;
      const units = network.adjoints + nodeAt(network, l + 1).values;
      accumulateWeightGradient(layer, reads, units, network.record, tiles, network.panels);
      if (layer.offset) addOffsetGradient(layer, units, network.record, first, end);
    }
  }
}

function parallelTile(network: Network, record: usize, row: i32, input: usize, value: usize, logDet: usize): void {
  const lanes = min(TILE, network.rows - row);
  const chosen = record + nodeAt(network, 0).values;
  const last = network.layerCount;
  gather(chosen, input, network.dim, network.dim, network.order, row, lanes);
  for (let l: i32 = 0; l < last; l++) computeUnits(network, l, record, row, lanes, 0, layerAt(network, l).units);
  const parameters = record + nodeAt(network, last).values;
  if (!network.step) {
    scatter(value, parameters, network.dim * network.parameterCount, layerAt(network, last - 1).unitOrder, row, lanes);
    return;
  }
  const total = network.work + <usize>network.dim * UNIT_BYTES;
  memory.fill(total, 0, UNIT_BYTES);
  // The place of the sequential direction's input is free.
  applyStep(changetype<Step>(network.step), network.work, chosen, parameters, total, network.dim);
  scatter(value, network.work, network.dim, network.order, row, lanes);
  memory.copy(logDet + (<usize>row << 2), total, <usize>lanes << 2);
}

function sequentialTile(network: Network, record: usize, row: i32, input: usize, value: usize, logDet: usize): void {
  const lanes = min(TILE, network.rows - row);
  const first = nodeAt(network, 0);
  const chosen = record + first.values;
  const last = network.layerCount;
  const parameters = record + nodeAt(network, last).values;
  const given = network.work;
  const total = given + <usize>network.dim * UNIT_BYTES;
  const step = changetype<Step>(network.step);
  gather(given, input, network.dim, network.dim, network.order, row, lanes);
  memory.fill(total, 0, UNIT_BYTES);
  for (let rank: i32 = 0; rank < network.ranks; rank++) {
    for (let l: i32 = 0; l < last; l++) {
      const starts = nodeAt(network, l + 1).starts;
      computeUnits(network, l, record, row, lanes, entry(starts, rank), entry(starts, rank + 1));
    }
    const begin = entry(first.starts, rank);
    const at = <usize>begin * UNIT_BYTES;
    applyStep(step, chosen + at, given + at, parameters + at * network.parameterCount, total, entry(first.starts, rank + 1) - begin);
  }
  scatter(value, chosen, network.dim, network.order, row, lanes);
  memory.copy(logDet + (<usize>row << 2), total, <usize>lanes << 2);
}

/** The units of a layer from `begin` up to `end`. */
function computeUnits(network: Network, l: i32, record: usize, row: i32, lanes: i32, begin: i32, end: i32): void {
  if (begin == end) return;
  const layer = layerAt(network, l);
  const node = nodeAt(network, l + 1);
  const values = record + node.values;
  const target = values + <usize>begin * UNIT_BYTES;
  const count = (end - begin) * TILE;
  if (!layer.offset) memory.fill(target, 0, <usize>count << 2);
  else if (layer.offsetPerRow) gatherRange(target, layer.offset, layer.units, layer.unitOrder, begin, end, row, lanes);
  else {
    for (let j = begin; j < end; j++) spread(values + <usize>j * UNIT_BYTES, load<f32>(layer.offset + (<usize>place(layer.unitOrder, j) << 2)));
  }
  if (layer.skip >= 0) addTo(target, record + nodeAt(network, layer.skip).values + <usize>begin * UNIT_BYTES, count);

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
  if (node.reads != node.values) activate(network.activation, target, record + node.reads + <usize>begin * UNIT_BYTES, count);
}

function parallelAdjoints(
  network: Network,
  record: usize,
  adjoints: usize,
  row: i32,
  valueCotangent: usize,
  logDetCotangent: usize,
  inputGradient: usize,
): void {
  const lanes = min(TILE, network.rows - row);
  const first = nodeAt(network, 0);
  const last = nodeAt(network, network.layerCount);
  const direct = network.work;
  if (network.step) {
    const total = direct + <usize>network.dim * UNIT_BYTES;
    gather(direct, valueCotangent, network.dim, network.dim, network.order, row, lanes);
    gather(total, logDetCotangent, 1, 1, 0, row, lanes);
    silence(direct, network.dim, lanes);
    silence(total, 1, lanes);
    const step = changetype<Step>(network.step);
    const chosen = record + first.values;
    applyStepGradient(step, direct, total, chosen, false, record + last.values, adjoints + last.values, network.dim);
  } else {
    const count = network.dim * network.parameterCount;
    memory.fill(direct, 0, <usize>network.dim * UNIT_BYTES);
    gather(adjoints + last.values, valueCotangent, count, count, layerAt(network, network.layerCount - 1).unitOrder, row, lanes);
    silence(adjoints + last.values, count, lanes);
  }
  for (let n = network.layerCount - 1; n >= 0; n--) computeAdjoints(network, n, record, adjoints, 0, nodeAt(network, n).count);
  addTo(direct, adjoints + first.values, network.dim * TILE);
  scatter(inputGradient, direct, network.dim, network.order, row, lanes);
}

function sequentialAdjoints(
  network: Network,
  record: usize,
  adjoints: usize,
  row: i32,
  valueCotangent: usize,
  logDetCotangent: usize,
  inputGradient: usize,
): void {
  const lanes = min(TILE, network.rows - row);
  const first = nodeAt(network, 0);
  const last = nodeAt(network, network.layerCount);
  const direct = network.work;
  const total = direct + <usize>network.dim * UNIT_BYTES;
  gather(direct, valueCotangent, network.dim, network.dim, network.order, row, lanes);
  gather(total, logDetCotangent, 1, 1, 0, row, lanes);
  silence(direct, network.dim, lanes);
  silence(total, 1, lanes);
  const step = changetype<Step>(network.step);
  for (let rank = network.ranks - 1; rank >= 0; rank--) {
    const begin = entry(first.starts, rank);
    const end = entry(first.starts, rank + 1);
    const at = <usize>begin * UNIT_BYTES;
    const parametersAt = last.values + at * network.parameterCount;
    computeAdjoints(network, 0, record, adjoints, begin, end);
    addTo(direct + at, adjoints + first.values + at, (end - begin) * TILE);
    applyStepGradient(step, direct + at, total, record + first.values + at, true, record + parametersAt, adjoints + parametersAt, end - begin);
    for (let n = network.layerCount - 1; n > 0; n--) {
      const starts = nodeAt(network, n).starts;
      computeAdjoints(network, n, record, adjoints, entry(starts, rank), entry(starts, rank + 1));
    }
  }
  scatter(inputGradient, direct, network.dim, network.order, row, lanes);
}

/** What the readers of a node, hidden or the input, give to its units from `begin` up to `end`. */
function computeAdjoints(network: Network, n: i32, record: usize, adjoints: usize, begin: i32, end: i32): void {
  if (begin == end) return;
  const node = nodeAt(network, n);
  const units = adjoints + node.values;
  const target = units + <usize>begin * UNIT_BYTES;
  const count = (end - begin) * TILE;
  memory.fill(target, 0, <usize>count << 2);
  for (let l: i32 = 0; l < network.layerCount; l++) {
    const layer = layerAt(network, l);
    if (layer.from != n) continue;
    const above = adjoints + nodeAt(network, l + 1).values;
    let i = begin;
    for (; i + 1 < end; i += 2) {
      const unit = units + <usize>i * UNIT_BYTES;
      const from = entry(layer.firsts, i);
      const common = entry(layer.firsts, i + 1);
      if (common > from) addDot(unit, weightsFrom(layer, i, from), above + <usize>from * UNIT_BYTES, common - from);
      addDotPair(unit, weightsFrom(layer, i, common), weightsFrom(layer, i + 1, common), above + <usize>common * UNIT_BYTES, layer.units - common);
    }
    if (i < end) {
      const from = entry(layer.firsts, i);
      addDot(units + <usize>i * UNIT_BYTES, weightsFrom(layer, i, from), above + <usize>from * UNIT_BYTES, layer.units - from);
    }
  }
  if (n > 0 && node.reads != node.values) {
    const at = <usize>begin * UNIT_BYTES;
    multiplySlopes(network.activation, record + node.values + at, record + node.reads + at, target, count);
  }
  for (let l: i32 = 0; l < network.layerCount; l++) {
    if (layerAt(network, l).skip == n) addTo(target, adjoints + nodeAt(network, l + 1).values + <usize>begin * UNIT_BYTES, count);
  }
}

/** Where the weights from an input to a unit and those after it lie. */
// @ts-ignore: decorator
@inline
function weightsFrom(layer: Layer, input: i32, unit: i32): usize {
  const matrix = layer.unitOrder ? layer.backward : layer.weights;
  const row = layer.unitOrder ? input : place(layer.inputOrder, input);
  return matrix + (<usize>(row * layer.units + unit) << 2);
}

/** `forward[unit, input]`, by rank, as far as the limits; other entries are not read. */
function transposeWeights(layer: Layer): void {
  const stride = <usize>layer.inputs << 2;
  const given = <usize>layer.units << 2;
  let j: i32 = 0;
  if (!layer.unitOrder) {
    for (; j + 4 <= layer.units; j += 4) {
      const limit = entry(layer.limits, j + 3);
      const column = layer.weights + (<usize>j << 2);
      let to = layer.forward + stride * j;
      let i: i32 = 0;
      for (; i + 4 <= limit; i += 4) {
        const r0 = v128.load(column + given * place(layer.inputOrder, i));
        const r1 = v128.load(column + given * place(layer.inputOrder, i + 1));
        const r2 = v128.load(column + given * place(layer.inputOrder, i + 2));
        const r3 = v128.load(column + given * place(layer.inputOrder, i + 3));
        const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
        const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
        const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
        v128.store(to + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
        v128.store(to + 2 * stride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
        v128.store(to + 3 * stride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
        to += 16;
      }
      for (; i < limit; i++) {
        const row = column + given * place(layer.inputOrder, i);
        for (let u: usize = 0; u < 4; u++) store<f32>(to + stride * u, load<f32>(row + (u << 2)));
        to += 4;
      }
    }
  }
  for (; j < layer.units; j++) {
    const column = layer.weights + (<usize>place(layer.unitOrder, j) << 2);
    const limit = entry(layer.limits, j);
    let to = layer.forward + stride * j;
    for (let i: i32 = 0; i < limit; i++) {
      store<f32>(to, load<f32>(column + given * place(layer.inputOrder, i)));
      to += 4;
    }
  }
}

/** `backward[input, unit]`, by rank. */
function sortWeights(layer: Layer): void {
  const stride = <usize>layer.units << 2;
  for (let i: i32 = 0; i < layer.inputs; i++) {
    const row = layer.weights + stride * place(layer.inputOrder, i);
    const to = layer.backward + stride * i;
    for (let j = entry(layer.firsts, i); j < layer.units; j++) {
      store<f32>(to + (<usize>j << 2), load<f32>(row + (<usize>entry(layer.unitOrder, j) << 2)));
    }
  }
}

function addOffsetGradient(layer: Layer, units: usize, stride: usize, first: i32, end: i32): void {
  if (layer.offsetPerRow) {
    for (let row = first; row < end; row += TILE) {
      scatter(layer.offsetGradient, units, layer.units, layer.unitOrder, row, min(TILE, end - row));
      units += stride;
    }
    return;
  }
  for (let j: i32 = 0; j < layer.units; j++) {
    let sum = f32x4.splat(0);
    let unit = units + <usize>j * UNIT_BYTES;
    for (let row = first; row < end; row += TILE) {
      sum = f32x4.add(sum, f32x4.add(f32x4.add(v128.load(unit), v128.load(unit, 16)), f32x4.add(v128.load(unit, 32), v128.load(unit, 48))));
      unit += stride;
    }
    const to = layer.offsetGradient + (<usize>place(layer.unitOrder, j) << 2);
    const pairs = f32x4.add(sum, v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
    store<f32>(to, load<f32>(to) + f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1));
  }
}

/** A tile from rows of a matrix with `width` columns. Missing lanes repeat the last event, so that they stay as finite as it is. */
// @ts-ignore: decorator
@inline
function gather(tile: usize, matrix: usize, width: i32, count: i32, order: usize, row: i32, lanes: i32): void {
  gatherRange(tile, matrix, width, order, 0, count, row, lanes);
}

function gatherRange(tile: usize, matrix: usize, width: i32, order: usize, begin: i32, end: i32, row: i32, lanes: i32): void {
  const stride = <usize>width << 2;
  const first = matrix + stride * row;
  for (let k = begin; k < end; k++) {
    let from = first + (<usize>place(order, k) << 2);
    for (let lane: i32 = 0; lane < TILE; lane++) {
      store<f32>(tile, load<f32>(from));
      if (lane + 1 < lanes) from += stride;
      tile += 4;
    }
  }
}

/** Rows of a matrix with `count` columns from a tile. */
function scatter(matrix: usize, tile: usize, count: i32, order: usize, row: i32, lanes: i32): void {
  const stride = <usize>count << 2;
  const first = matrix + stride * row;
  for (let k: i32 = 0; k < count; k++) {
    let to = first + (<usize>place(order, k) << 2);
    for (let lane: i32 = 0; lane < lanes; lane++) {
      store<f32>(to, load<f32>(tile + (<usize>lane << 2)));
      to += stride;
    }
    tile += UNIT_BYTES;
  }
}

/** Sets the missing lanes of a tile to 0. */
function silence(tile: usize, count: i32, lanes: i32): void {
  if (lanes == TILE) return;
  for (let k: i32 = 0; k < count; k++) {
    for (let lane = lanes; lane < TILE; lane++) store<f32>(tile + (<usize>lane << 2), 0);
    tile += UNIT_BYTES;
  }
}

// @ts-ignore: decorator
@inline
function spread(unit: usize, number: f32): void {
  const all = f32x4.splat(number);
  v128.store(unit, all);
  v128.store(unit, all, 16);
  v128.store(unit, all, 32);
  v128.store(unit, all, 48);
}

function addTo(target: usize, source: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
    target += 16;
    source += 16;
  }
}
