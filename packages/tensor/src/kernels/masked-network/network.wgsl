// The reference is `unrollForward` in packages/made/src/unroll/forward.ts. The values: of `given` `[N, D]`, `theta` (weights and offsets) and
// `tables`. The result has the records of all tiles, then the values or parameters, then the log-determinants.

var<workgroup> totals : array<f32, TILE_THREADS>;

// Units of a layer from begin up to end; a workgroup without a tile takes part in the barriers only.
fn computeUnits(l : i32, base : i32, row : i32, isIdle : bool, begin : i32, end : i32) {
  let layer = layerAt(l);
  let units = layer.units;
  let skip = layer.skip;
  let offset = layer.offset;
  // An offset for each event, or one for all.
  let offsetStride = select(0, units, layer.offsetPerRow == 1);
  let values = nodeAt(l + 1).values;
  let reads = nodeAt(l + 1).reads;
  let source = base + nodeAt(layer.source).reads * TILE;
  let count = select((end - begin) * TILE, 0, isIdle);
  for (var t = i32(localIndex); t < count; t += TILE_THREADS) {
    let j = begin + t / TILE;
    let lane = t % TILE;
    let column = lookup(layer.unitOrder, j);
    var sum = 0.0;
    if (offset >= 0) { sum = theta[offset + min(row + lane, uniforms.rows - 1) * offsetStride + column]; }
    if (skip >= 0) { sum += result[base + (nodeAt(skip).values + j) * TILE + lane]; }
    let limit = tables[layer.limits + j];
    let weights = layer.weights + column;
    for (var i = 0; i < limit; i++) {
      sum += theta[weights + lookup(layer.inputOrder, i) * units] * result[source + i * TILE + lane];
    }
    result[base + (values + j) * TILE + lane] = sum;
    if (reads != values) { result[base + (reads + j) * TILE + lane] = activate(sum); }
  }
  storageBarrier();
}

// Steps through the dimensions from begin up to end; returns this thread's share of the log-determinant. The reference of the
// formula is applyAffineForm in src/kernels/affine/affine-form.ts.
fn applyForm(base : i32, row : i32, isIdle : bool, begin : i32, end : i32) -> f32 {
  let lane = i32(localIndex) % TILE;
  let event = min(row + lane, uniforms.rows - 1);
  let parameters = base + nodeAt(uniforms.layerCount).values * TILE + lane;
  var total = 0.0;
  let last = select(end, begin, isIdle);
  for (var k = begin + i32(localIndex) / TILE; k < last; k += PARTS) {
    let at = event * uniforms.dim + tables[uniforms.orderOffset + k];
    var value = given[at];
    if (k >= uniforms.passing) {
      let own = parameters + (k - uniforms.passing) * uniforms.parameterCount * TILE;
      let m = result[own];
      value -= uniforms.before * m;
      if (uniforms.logScale != LogScaleId_None) {
        let l = logScale(result[own + TILE]);
        value = value * exactExp(l);
        total += l;
      }
      value += uniforms.after * m;
    }
    if (uniforms.sequential == 1) { result[base + (nodeAt(0).values + k) * TILE + lane] = value; }
    if (row + lane < uniforms.rows) { result[uniforms.valueOffset + at] = value; }
  }
  storageBarrier();
  return total;
}

fn main(index : i32) {
  let row = index / TILE_THREADS * TILE;
  let isIdle = row >= uniforms.rows;
  let base = row * uniforms.recordUnits;
  let lane = i32(localIndex) % TILE;
  let first = nodeAt(0).starts;
  var total = 0.0;
  if (uniforms.sequential == 1) {
    for (var degree = 0; degree < uniforms.degrees; degree++) {
      for (var l = 0; l < uniforms.layerCount; l++) {
        computeUnits(l, base, row, isIdle, tables[nodeAt(l + 1).starts + degree], tables[nodeAt(l + 1).starts + degree + 1]);
      }
      total += applyForm(base, row, isIdle, tables[first + degree], tables[first + degree + 1]);
    }
  } else {
    let event = min(row + lane, uniforms.rows - 1);
    let last = select(uniforms.dim, 0, isIdle);
    for (var k = i32(localIndex) / TILE; k < last; k += PARTS) {
      result[base + (nodeAt(0).values + k) * TILE + lane] = given[event * uniforms.dim + tables[uniforms.orderOffset + k]];
    }
    storageBarrier();
    for (var l = 0; l < uniforms.layerCount; l++) { computeUnits(l, base, row, isIdle, 0, layerAt(l).units); }
    if (uniforms.logScale >= 0) {
      total = applyForm(base, row, isIdle, 0, uniforms.dim);
    } else if (row + lane < uniforms.rows) {
      let width = uniforms.dim * uniforms.parameterCount;
      let order = layerAt(uniforms.layerCount - 1).unitOrder;
      let parameters = base + nodeAt(uniforms.layerCount).values * TILE + lane;
      for (var j = i32(localIndex) / TILE; j < width; j += PARTS) {
        result[uniforms.valueOffset + (row + lane) * width + lookup(order, j)] = result[parameters + j * TILE];
      }
    }
  }
  totals[localIndex] = total;
  workgroupBarrier();
  if (uniforms.logScale >= 0 && i32(localIndex) < TILE && row + lane < uniforms.rows) {
    var sum = 0.0;
    for (var part = 0; part < PARTS; part++) { sum += totals[part * TILE + lane]; }
    result[uniforms.logDetOffset + row + lane] = sum;
  }
}
