// `Σₙ readsₙ[i] adjointsₙ[j]` for every weight that is not masked, and 0 for the others; a workgroup for each block.

// The fields of `uniforms` here and in `offset-gradient.wgsl`.
struct SumUniforms {
  rows : i32,
  layerCount : i32,
  recordUnits : i32,
  nodesOffset : i32,
  layersOffset : i32,
  blocks : i32,
  weightCount : i32,
}

// Rows and columns of a block; a workgroup has a thread for each of its numbers. As many as a tile has events.
const BLOCK = 16;

var<workgroup> left : array<f32, BLOCK * BLOCK>;
var<workgroup> right : array<f32, BLOCK * BLOCK>;
var<workgroup> steps : i32;

fn main(index : i32) {
  let blockIndex = index / (BLOCK * BLOCK);
  let row = i32(localIndex) / BLOCK;
  let column = i32(localIndex) % BLOCK;
  var l = uniforms.layerCount - 1;
  while (l > 0 && layerAt(l).blocksBefore > blockIndex) { l--; }
  let layer = layerAt(l);
  let inputs = layer.inputs;
  let units = layer.units;
  let limits = layer.limits;
  let wide = (units + BLOCK - 1) / BLOCK;
  let within = blockIndex - layer.blocksBefore;
  let input = within / wide * BLOCK;
  let unit = within % wide * BLOCK;
  if (localIndex == 0) {
    let isMasked = input >= tables[limits + min(unit + BLOCK - 1, units - 1)];
    steps = select((uniforms.rows + TILE - 1) / TILE, 0, isMasked || blockIndex >= uniforms.blocks);
  }
  let count = workgroupUniformLoad(&steps);
  // Where this thread reads for the block: unit `row` of its 16, event `column` of a tile.
  let leftAt = (nodeAt(layer.source).reads + min(input + row, inputs - 1)) * TILE + column;
  let rightAt = (nodeAt(l + 1).values + min(unit + row, units - 1)) * TILE + column;
  var sum = 0.0;
  for (var tile = 0; tile < count; tile++) {
    let base = tile * uniforms.recordUnits * TILE;
    left[localIndex] = records[base + leftAt];
    right[localIndex] = adjoints[base + rightAt];
    workgroupBarrier();
    var part = 0.0;
    for (var event = 0; event < TILE; event++) { part += left[row * TILE + event] * right[column * TILE + event]; }
    sum += part;
    workgroupBarrier();
  }
  let i = input + row;
  let j = unit + column;
  if (blockIndex < uniforms.blocks && i < inputs && j < units) {
    let at = layer.weights + lookup(layer.inputOrder, i) * units + lookup(layer.unitOrder, j);
    result[at] = select(0.0, sum, i < tables[limits + j]);
  }
}
