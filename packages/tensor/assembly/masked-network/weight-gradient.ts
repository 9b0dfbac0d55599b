import { panelColumns, TILE_COLUMNS, TILE_ROWS } from '../product/register-tile';
import { loadLanes, storeLanes } from '../simd/lanes';
import { UNIT_BYTES } from '../tile/dot';
import { CHUNK, chunksOf, MaskedLayer, layerAt, MaskedNetwork, nodeAt, workOf } from './structs';
import { multiplyReads, packAdjoints } from '../tile/outer-product';
import { entry, laneSums, lookup, TILE, unitSum } from '../tile/tile';

/**
 * The gradients of one chunk of a layer's units over a block of events: `Σₙ readsₙ[i] adjointsₙ[j]` for every weight that is not masked, 0 for
 * those that are, and `Σₙ adjointsₙ[j]` for an offset that is the same for all events. After the first block they are added.
 */
export function gradientsTask(at: usize, task: i32, thread: i32): void {
  const network = changetype<MaskedNetwork>(at);
  const work = workOf(network, thread);
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
  for (let j = begin; j < end; j += TILE_COLUMNS) {
    const units = min(TILE_COLUMNS, end - j);
    const stride = <usize>panelColumns(units) << 2;
    const limit = entry(layer.limits, j + units - 1);
    packAdjoints(work, adjoints + <usize>j * UNIT_BYTES, network.record, units, tiles);
    let i: i32 = 0;
    for (; i < limit; i += TILE_ROWS) {
      multiplyReads(work, reads + <usize>i * UNIT_BYTES, network.record, units, tiles, work, stride, false);
      for (let row: i32 = 0; row < min(TILE_ROWS, layer.inputs - i); row++) putRow(layer, i + row, j, units, work + stride * <usize>row, isFirst);
    }
    if (isFirst) for (; i < layer.inputs; i++) clearRow(layer, i, j, units);
  }
}

/** Adds to the gradients of the weights from one input to some units, or sets them; those that are masked to 0. */
function putRow(layer: MaskedLayer, i: i32, j: i32, units: i32, sums: usize, isFirst: bool): void {
  const row = rowAt(layer, i);
  // Units stand by degree: all of them read the inputs of the first one.
  const isWhole = i < entry(layer.limits, j);
  if (isWhole && !layer.unitOrder) {
    for (let k: i32 = 0; k < units; k += 4) {
      const count = min(4, units - k);
      const at = row + (<usize>(j + k) << 2);
      const own = v128.load(sums + (<usize>k << 2));
      storeLanes(at, isFirst ? own : f32x4.add(own, loadLanes(at, count)), count);
    }
    return;
  }
  if (isWhole && isFirst) {
    for (let unit = j; unit < j + units; unit++) {
      store<f32>(row + (<usize>entry(layer.unitOrder, unit) << 2), load<f32>(sums));
      sums += 4;
    }
    return;
  }
  for (let unit = j; unit < j + units; unit++) {
    const at = row + (<usize>lookup(layer.unitOrder, unit) << 2);
    const own: f32 = i < entry(layer.limits, unit) ? load<f32>(sums) : 0;
    store<f32>(at, isFirst ? own : load<f32>(at) + own);
    sums += 4;
  }
}

/** Sets the gradients of the weights from one input to some units to 0. */
function clearRow(layer: MaskedLayer, i: i32, j: i32, units: i32): void {
  const row = rowAt(layer, i);
  if (!layer.unitOrder) memory.fill(row + (<usize>j << 2), 0, <usize>units << 2);
  else for (let unit = j; unit < j + units; unit++) store<f32>(row + (<usize>entry(layer.unitOrder, unit) << 2), 0);
}

/** The address of the gradients of the weights from one input. */
// @ts-ignore: decorator
@inline
function rowAt(layer: MaskedLayer, i: i32): usize {
  return layer.weightGradient + (<usize>(lookup(layer.inputOrder, i) * layer.units) << 2);
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
