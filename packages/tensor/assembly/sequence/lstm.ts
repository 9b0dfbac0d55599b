import { UNIT_BYTES } from '../tile/dot';
import { gather, rowOf, scatter } from '../tile/gather';
import { advanceCells, backwardCells } from './lstm-cell';
import { addOuterProducts } from '../tile/outer-product';
import { AFTER_SEQUENCE, chooseValue, lanesOf, OUTER, Sequence, backwardValue, tileOf, workOf } from './sequence';
import { addLaneSums, addRow, addUnits, spreadRow, TILE } from '../tile/tile';
import { addProduct } from '../tile/tile-product';

/** Positions whose adjoints are kept at a time, until their share of the weights' gradients is added. */
export const BLOCK_POSITIONS: i32 = 8;

/** One layer; each position of each tile has a record, in which it has its places, here in bytes from the record's start. */
@unmanaged
export class LstmLayer {
  width: i32;
  /** Of what it is fed, and then its own state. */
  inputs: i32;
  /** `[inputs, 4 width]`, and place for the same by column. */
  weights: usize;
  forward: usize;
  /** `[4 width]`; 0 for the first layer, whose biases are those of the positions. */
  bias: usize;
  /** The inputs of the position, the gates, the cells before it and the tanh of those after. */
  reads: usize;
  gates: usize;
  cells: usize;
  shown: usize;
  /** Bytes from the start of a chunk's gradients to those of the weights and the bias, or of the positions' biases. */
  weightGradient: usize;
  biasGradient: usize;
  /** Bytes from the start of a thread's work to the adjoints of the inputs and cells, and within a position's to those of the gates. */
  readAdjoints: usize;
  cellAdjoints: usize;
  gateAdjoints: usize;
}

@unmanaged
export class Lstm extends Sequence {
  layerCount: i32;
  layers: usize;
  /** The positions' biases `[D, 4 H]`; what the context adds to them, `[N, 4 H]` or 0. */
  offsets: usize;
  context: usize;
  /** Each layer's state and cells before the first position, `[N, 2 ΣH]`, or 0. */
  states: usize;
  stateCount: i32;
  /** `[H, P]`, place for the same by column, and `[P]`. */
  outputWeights: usize;
  outputForward: usize;
  outputBias: usize;
  /** Bytes of a position's record, of which a tile has one more than positions, or two in turn; and from its start to the parameters. */
  record: usize;
  parameters: usize;
  /** Bytes from the start of a chunk's gradients. */
  outputWeightGradient: usize;
  outputBiasGradient: usize;
  contextGradient: usize;
  stateGradient: usize;
  /** Within a thread's work: the adjoints of a block of positions, bytes of one position's, and within that to those of the parameters. */
  positionAdjoints: usize;
  positionAdjointStride: usize;
  parameterAdjoints: usize;
  /** Within a thread's work: what the context adds, or its adjoint; the adjoints of one layer's states. */
  contextUnits: usize;
  stateAdjoints: usize;
}

// @ts-ignore: decorator
@inline
export function layerAt(lstm: Lstm, l: i32): LstmLayer {
  return changetype<LstmLayer>(lstm.layers + <usize>l * offsetof<LstmLayer>());
}

// @ts-ignore: decorator
@inline
function recordAt(lstm: Lstm, tile: usize, position: i32): usize {
  return tile + <usize>(lstm.hasResiduals ? position : position & 1) * lstm.record;
}

/** One tile of {@link lstm}. */
export function lstmTask(at: usize, task: i32, thread: i32): void {
  const lstm = changetype<Lstm>(at);
  const row = task * TILE;
  const lanes = lanesOf(lstm, row);
  const work = workOf(lstm, thread);
  const tile = tileOf(lstm, task, thread);
  const first = layerAt(lstm, 0);
  const last = layerAt(lstm, lstm.layerCount - 1);
  const gates = 4 * first.width;
  if (lstm.context) gather(work + lstm.contextUnits, rowOf(lstm.context, gates, row), gates, gates, 0, lanes);
  startTile(lstm, tile, row, lanes);
  for (let position: i32 = 0; position < lstm.dim; position++) {
    const record = recordAt(lstm, tile, position);
    const next = recordAt(lstm, tile, position + 1);
    for (let l: i32 = 0; l < lstm.layerCount; l++) {
      const layer = layerAt(lstm, l);
      const units = record + layer.gates;
      const count = 4 * layer.width;
      if (l > 0) spreadRow(units, layer.bias, count);
      else if (lstm.context) {
        memory.copy(units, work + lstm.contextUnits, <usize>count * UNIT_BYTES);
        addRow(units, lstm.offsets + (<usize>(position * count) << 2), count);
      } else spreadRow(units, lstm.offsets + (<usize>(position * count) << 2), count);
      addProduct(units, layer.forward, record + layer.reads, count, layer.inputs);
      const states = statesOf(layer, next);
      advanceCells(layer.width, units, record + layer.cells, next + layer.cells, record + layer.shown, states);
      if (l + 1 < lstm.layerCount) memory.copy(record + layerAt(lstm, l + 1).reads, states, <usize>layer.width * UNIT_BYTES);
    }
    const parameters = record + lstm.parameters;
    spreadRow(parameters, lstm.outputBias, lstm.parameterCount);
    addProduct(parameters, lstm.outputForward, statesOf(last, next), lstm.parameterCount, last.width);
    chooseValue(lstm, position, row, work, parameters, next + first.reads);
  }
}

/** The address of a layer's states in the record of the next position. */
// @ts-ignore: decorator
@inline
function statesOf(layer: LstmLayer, record: usize): usize {
  return record + layer.reads + <usize>(layer.inputs - layer.width) * UNIT_BYTES;
}

/** Sets up the first position: no previous value, and the initial states and cells. */
function startTile(lstm: Lstm, tile: usize, row: i32, lanes: i32): void {
  memory.fill(tile + layerAt(lstm, 0).reads, 0, UNIT_BYTES);
  let from = rowOf(lstm.states, lstm.stateCount, row);
  for (let l: i32 = 0; l < lstm.layerCount; l++) {
    const layer = layerAt(lstm, l);
    const states = statesOf(layer, tile);
    if (lstm.states) {
      gather(states, from, lstm.stateCount, layer.width, 0, lanes);
      gather(tile + layer.cells, from + (<usize>layer.width << 2), lstm.stateCount, layer.width, 0, lanes);
      from += <usize>layer.width << 3;
    } else {
      memory.fill(states, 0, <usize>layer.width * UNIT_BYTES);
      memory.fill(tile + layer.cells, 0, <usize>layer.width * UNIT_BYTES);
    }
  }
}

/** One chunk of {@link lstmGradient}. */
export function lstmGradientTask(at: usize, task: i32, thread: i32): void {
  const lstm = changetype<Lstm>(at);
  const work = workOf(lstm, thread);
  const chunk = lstm.chunks + <usize>task * lstm.chunkStride;
  memory.fill(chunk, 0, lstm.chunkStride);
  const end = min((task + 1) * lstm.chunkTiles * TILE, lstm.rows);
  for (let row = task * lstm.chunkTiles * TILE; row < end; row += TILE) {
    const tile = tileOf(lstm, row / TILE, thread);
    memory.fill(work + AFTER_SEQUENCE, 0, lstm.positionAdjoints - AFTER_SEQUENCE);
    for (let position = lstm.dim; position > 0; position -= BLOCK_POSITIONS) {
      const begin = max(0, position - BLOCK_POSITIONS);
      for (let r = position - 1; r >= begin; r--) {
        backwardPosition(lstm, tile, r, work, work + lstm.positionAdjoints + <usize>(r - begin) * lstm.positionAdjointStride, chunk, row);
      }
      addWeightGradients(lstm, tile, begin, position - begin, work, chunk);
    }
    backwardInitial(lstm, work, row);
  }
}

/** The adjoints of one position, from those of the position after. */
function backwardPosition(lstm: Lstm, tile: usize, position: i32, work: usize, adjoints: usize, chunk: usize, row: i32): void {
  const record = recordAt(lstm, tile, position);
  const next = recordAt(lstm, tile, position + 1);
  const first = layerAt(lstm, 0);
  const top = lstm.layerCount - 1;
  const parameterAdjoints = adjoints + lstm.parameterAdjoints;
  // The next position left the adjoint of its input.
  const upstream = work + first.readAdjoints;
  const biasGradient = chunk + lstm.outputBiasGradient;
  backwardValue(lstm, position, row, work, record + lstm.parameters, next + first.reads, upstream, parameterAdjoints, biasGradient);

  for (let l = top; l >= 0; l--) {
    const layer = layerAt(lstm, l);
    const states = work + lstm.stateAdjoints;
    const reads = work + layer.readAdjoints;
    const gates = adjoints + layer.gateAdjoints;
    memory.copy(states, reads + <usize>(layer.inputs - layer.width) * UNIT_BYTES, <usize>layer.width * UNIT_BYTES);
    if (l == top) addProduct(states, lstm.outputWeights, parameterAdjoints, layer.width, lstm.parameterCount);
    else addUnits(states, work + layerAt(lstm, l + 1).readAdjoints, layer.width);
    backwardCells(layer.width, record + layer.gates, record + layer.cells, record + layer.shown, states, work + layer.cellAdjoints, gates);
    memory.fill(reads, 0, <usize>layer.inputs * UNIT_BYTES);
    addProduct(reads, layer.weights, gates, layer.inputs, 4 * layer.width);
    const bias = chunk + layer.biasGradient + (l == 0 ? <usize>(position * 4 * layer.width) << 2 : 0);
    addLaneSums(bias, gates, 4 * layer.width);
    if (l == 0 && lstm.context) addUnits(work + lstm.contextUnits, gates, 4 * layer.width);
  }
}

/** Adds the share of `count` positions in the weights' gradients. */
function addWeightGradients(lstm: Lstm, tile: usize, begin: i32, count: i32, work: usize, chunk: usize): void {
  const adjoints = work + lstm.positionAdjoints;
  const record = recordAt(lstm, tile, begin);
  for (let l: i32 = 0; l < lstm.layerCount; l++) {
    const layer = layerAt(lstm, l);
    const gates = adjoints + layer.gateAdjoints;
    const to = chunk + layer.weightGradient;
    addOuterProducts(work + OUTER, to, record + layer.reads, lstm.record, layer.inputs, gates, lstm.positionAdjointStride, 4 * layer.width, count);
  }
  const last = layerAt(lstm, lstm.layerCount - 1);
  const states = statesOf(last, recordAt(lstm, tile, begin + 1));
  const parameters = adjoints + lstm.parameterAdjoints;
  const to = chunk + lstm.outputWeightGradient;
  addOuterProducts(work + OUTER, to, states, lstm.record, last.width, parameters, lstm.positionAdjointStride, lstm.parameterCount, count);
}

/** The adjoints of what each event starts with. */
function backwardInitial(lstm: Lstm, work: usize, row: i32): void {
  const lanes = lanesOf(lstm, row);
  const gates = 4 * layerAt(lstm, 0).width;
  if (lstm.context) scatter(rowOf(lstm.contextGradient, gates, row), work + lstm.contextUnits, gates, gates, 0, lanes);
  if (!lstm.states) return;
  let to = rowOf(lstm.stateGradient, lstm.stateCount, row);
  for (let l: i32 = 0; l < lstm.layerCount; l++) {
    const layer = layerAt(lstm, l);
    const states = work + layer.readAdjoints + <usize>(layer.inputs - layer.width) * UNIT_BYTES;
    scatter(to, states, lstm.stateCount, layer.width, 0, lanes);
    scatter(to + (<usize>layer.width << 2), work + layer.cellAdjoints, lstm.stateCount, layer.width, 0, lanes);
    to += <usize>layer.width << 3;
  }
}
