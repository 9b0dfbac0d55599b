import { UNIT_BYTES } from '../tile/dot';
import { CHUNK, chunksOf, MaskedLayer, layerAt, MaskedNetwork, nodeAt, workOf } from './structs';
import { multiplyPair } from '../tile/outer-product';
import { entry, laneSums, lookup, TILE, unitSum } from '../tile/tile';

/** Inputs whose reads stay in the first-level cache, over a block of events, while all units of a chunk are gone through. */
const BLOCK_INPUTS: i32 = 16;

/**
 * The gradients of one chunk of a layer's units over a block of events: `Σₙ readsₙ[i] adjointsₙ[j]` for every weight that is not masked, 0 for
 * those that are, and `Σₙ adjointsₙ[j]` for an offset that is the same for all events. After the first block they are added.
 */
export function gradientsTask(at: usize, task: i32, thread: i32): void {
  const network = changetype<MaskedNetwork>(at);
  const sums = workOf(network, thread);
  let l: i32 = 0;
  for (; task >= chunksOf(layerAt(network, l)); l++) task -= chunksOf(layerAt(network, l));
  const layer = layerAt(network, l);
  const begin = task * CHUNK;
  const end = min(begin + CHUNK, layer.units);
  const tiles = (network.end - network.first + TILE - 1) / TILE;
  const reads = network.records + network.record * <usize>(network.first / TILE) + nodeAt(network, layer.from).reads;
  const adjoints = network.adjoints + nodeAt(network, l + 1).values;
  const isFirst = network.first == 0;
  if (layer.offset && !layer.offsetPerRow) addOffsetGradient(layer, adjoints, network.record, tiles, begin, end, isFirst);
  for (let input: i32 = 0; input < layer.inputs; input += BLOCK_INPUTS) {
    const inputEnd = min(input + BLOCK_INPUTS, layer.inputs);
    for (let j = begin; j < end; j += 4) {
      const limit = entry(layer.limits, min(j + 4, layer.units) - 1);
      const units = adjoints + <usize>j * UNIT_BYTES;
      let i = input;
      for (; i < min(limit, inputEnd); i += 2) {
        multiplyPair(sums, reads + <usize>i * UNIT_BYTES, network.record, units, network.record, tiles);
        put(layer, i, j, v128.load(sums), isFirst);
        if (i + 1 < layer.inputs) put(layer, i + 1, j, v128.load(sums, 16), isFirst);
      }
      if (isFirst) for (; i < inputEnd; i++) clear(layer, i, j);
    }
  }
}

/** Adds to the gradients of the weights from one input to four units, or sets them; those that are masked to 0. */
// @ts-ignore: decorator
@inline
function put(layer: MaskedLayer, i: i32, j: i32, sums: v128, isFirst: bool): void {
  const row = layer.weightGradient + (<usize>(lookup(layer.inputOrder, i) * layer.units) << 2);
  if (!layer.unitOrder && j + 4 <= layer.units && i < entry(layer.limits, j)) {
    const at = row + (<usize>j << 2);
    v128.store(at, isFirst ? sums : f32x4.add(v128.load(at), sums));
    return;
  }
  putEach(layer, row, i, j, sums, isFirst);
}

function putEach(layer: MaskedLayer, row: usize, i: i32, j: i32, sums: v128, isFirst: bool): void {
  let sum = sums;
  for (let unit = j; unit < min(j + 4, layer.units); unit++) {
    const at = row + (<usize>lookup(layer.unitOrder, unit) << 2);
    const own: f32 = i < entry(layer.limits, unit) ? f32x4.extract_lane(sum, 0) : 0;
    store<f32>(at, isFirst ? own : load<f32>(at) + own);
    sum = v128.shuffle<f32>(sum, sum, 1, 2, 3, 0);
  }
}

/** Sets the gradients of the weights from one input to four units to 0. */
// @ts-ignore: decorator
@inline
function clear(layer: MaskedLayer, i: i32, j: i32): void {
  const row = layer.weightGradient + (<usize>(lookup(layer.inputOrder, i) * layer.units) << 2);
  if (!layer.unitOrder && j + 4 <= layer.units) v128.store(row + (<usize>j << 2), f32x4.splat(0));
  else putEach(layer, row, i, j, f32x4.splat(0), true);
}

function addOffsetGradient(layer: MaskedLayer, adjoints: usize, stride: usize, tiles: i32, begin: i32, end: i32, isFirst: bool): void {
  for (let j = begin; j < end; j++) {
    let sum = f32x4.splat(0);
    let unit = adjoints + <usize>j * UNIT_BYTES;
    for (let tile: i32 = 0; tile < tiles; tile++) {
      sum = f32x4.add(sum, unitSum(unit));
      unit += stride;
    }
    const at = layer.offsetGradient + (<usize>lookup(layer.unitOrder, j) << 2);
    const own = f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0);
    store<f32>(at, isFirst ? own : load<f32>(at) + own);
  }
}
