import { UNIT_BYTES } from './dot';
import { multiplyTile, TILE_COLUMNS, TILE_ROWS } from './mat-mul';
import { Layer, TILE } from './masked-network';
import { packColumns } from './pack';

/** Inputs whose reads are packed at a time; with a block of events they stay in the second-level cache. */
const BLOCK_INPUTS: i32 = 128;

/**
 * Adds `Σₙ readsₙ[i] adjointsₙ[j]` over a block of events to the gradient of every weight that is not masked.
 *
 * @param reads of the first tile; from one tile to the next it is `stride` bytes
 * @param adjoints likewise
 * @param panels place for both, packed, and one tile of the product
 */
export function accumulateWeightGradient(layer: Layer, reads: usize, adjoints: usize, stride: usize, tiles: i32, panels: usize): void {
  const depth = tiles * TILE;
  const product = panels;
  const panelReads = <usize>(depth * TILE_ROWS) << 2;
  const panelAdjoints = <usize>(depth * TILE_COLUMNS) << 2;
  const packedReads = product + (<usize>(TILE_ROWS * TILE_COLUMNS) << 2);
  const packedAdjoints = packedReads + panelReads * (BLOCK_INPUTS / TILE_ROWS);
  packTiles(packedAdjoints, adjoints, layer.units, TILE_COLUMNS, stride, tiles);
  for (let input: i32 = 0; input < layer.inputs; input += BLOCK_INPUTS) {
    const inputs = min(BLOCK_INPUTS, layer.inputs - input);
    packTiles(packedReads, reads + <usize>input * UNIT_BYTES, inputs, TILE_ROWS, stride, tiles);
    let panel = packedAdjoints;
    for (let unit: i32 = 0; unit < layer.units; unit += TILE_COLUMNS) {
      const units = min(TILE_COLUMNS, layer.units - unit);
      const limit = min(inputs, load<i32>(layer.limits + (<usize>(unit + units - 1) << 2)) - input);
      let from = packedReads;
      for (let i: i32 = 0; i < limit; i += TILE_ROWS) {
        multiplyTile(from, panel, depth, product, TILE_COLUMNS << 2, false);
        addProduct(layer, product, input + i, min(TILE_ROWS, inputs - i), unit, units);
        from += panelReads;
      }
      panel += panelAdjoints;
    }
  }
}

/** Panels of `width` units side by side, one event after another. */
function packTiles(target: usize, source: usize, count: i32, width: i32, stride: usize, tiles: i32): void {
  const step = <usize>(TILE * width) << 2;
  for (let unit: i32 = 0; unit < count; unit += width) {
    let tile = source + <usize>unit * UNIT_BYTES;
    for (let t: i32 = 0; t < tiles; t++) {
      packColumns(target, tile, min(width, count - unit), TILE, UNIT_BYTES, width);
      target += step;
      tile += stride;
    }
  }
}

/** Adds what is not masked of a tile of the product. */
function addProduct(layer: Layer, product: usize, input: i32, inputs: i32, unit: i32, units: i32): void {
  const isWhole = units == TILE_COLUMNS && !layer.unitOrder && input + inputs <= load<i32>(layer.limits + (<usize>unit << 2));
  for (let i: i32 = 0; i < inputs; i++) {
    const row = layer.inputOrder ? load<i32>(layer.inputOrder + (<usize>(input + i) << 2)) : input + i;
    const to = layer.weightGradient + (<usize>(row * layer.units) << 2);
    if (isWhole) {
      const at = to + (<usize>unit << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(product)));
      v128.store(at, f32x4.add(v128.load(at, 16), v128.load(product, 16)), 16);
    } else {
      for (let j: i32 = 0; j < units; j++) {
        if (input + i >= load<i32>(layer.limits + (<usize>(unit + j) << 2))) continue;
        const column = layer.unitOrder ? load<i32>(layer.unitOrder + (<usize>(unit + j) << 2)) : unit + j;
        const at = to + (<usize>column << 2);
        store<f32>(at, load<f32>(at) + load<f32>(product + (<usize>j << 2)));
      }
    }
    product += TILE_COLUMNS << 2;
  }
}
