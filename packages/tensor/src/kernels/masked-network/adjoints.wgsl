// The reference is `unrollBackward` in packages/made/src/unroll/backward.ts. The adjoints of all units, laid out as the values are in `records`, then the gradient of the input `[N, D]`; of `theta`, `tables`, `records`
// and the cotangents of the results.

// What the readers of a node give to its units from begin up to end.
fn computeAdjoints(n : i32, base : i32, isIdle : bool, begin : i32, end : i32) {
  let values = nodeAt(n).values;
  let reads = nodeAt(n).reads;
  let count = select((end - begin) * TILE, 0, isIdle);
  for (var t = i32(localIndex); t < count; t += TILE_THREADS) {
    let i = begin + t / TILE;
    let lane = t % TILE;
    var sum = 0.0;
    for (var l = 0; l < uniforms.layerCount; l++) {
      let layer = layerAt(l);
      if (layer.source == n) {
        let units = layer.units;
        let weights = layer.weights + lookup(layer.inputOrder, i) * units;
        let above = base + nodeAt(l + 1).values * TILE + lane;
        for (var j = tables[layer.firsts + i]; j < units; j++) {
          sum += theta[weights + lookup(layer.unitOrder, j)] * result[above + j * TILE];
        }
      }
    }
    if (reads != values) { sum *= slope(records[base + (values + i) * TILE + lane], records[base + (reads + i) * TILE + lane]); }
    for (var l = 0; l < uniforms.layerCount; l++) {
      if (layerAt(l).skip == n) { sum += result[base + (nodeAt(l + 1).values + i) * TILE + lane]; }
    }
    result[base + (values + i) * TILE + lane] = sum;
  }
  storageBarrier();
}

// The adjoints of the parameters of the dimensions from begin up to end, and what the input has of them directly.
fn formGradient(base : i32, row : i32, isIdle : bool, begin : i32, end : i32) {
  let lane = i32(localIndex) % TILE;
  let event = min(row + lane, uniforms.rows - 1);
  let isEvent = row + lane < uniforms.rows;
  let width = uniforms.parameterCount * TILE;
  let parameters = base + nodeAt(uniforms.layerCount).values * TILE + lane;
  let last = select(end, begin, isIdle);
  for (var k = begin + i32(localIndex) / TILE; k < last; k += PARTS) {
    let at = event * uniforms.dim + tables[uniforms.orderOffset + k];
    let residual = base + (nodeAt(0).values + k) * TILE + lane;
    // A missing event gives nothing to the gradients of weights.
    var dv = select(0.0, valueCotangent[at], isEvent);
    if (uniforms.sequential == 1) { dv += result[residual]; }
    var scale = 1.0;
    if (k >= uniforms.passing) {
      let own = parameters + (k - uniforms.passing) * width;
      let m = records[own];
      if (uniforms.logScale != LogScaleId_None) {
        let r = records[own + TILE];
        scale = exactExp(logScale(r));
        let u = records[residual];
        // The derivative of the value by the log-scale; the residual is the value in the sequential direction.
        let slope = select((u - uniforms.before * m) * scale, u - uniforms.after * m, uniforms.sequential == 1);
        let dl = dv * slope + select(0.0, logDetCotangent[event], isEvent);
        result[own + TILE] = dl * logScaleSlope(r);
      }
      result[own] = dv * (uniforms.after - uniforms.before * scale);
    }
    if (isEvent) { result[uniforms.valueOffset + at] = dv * scale; }
  }
  storageBarrier();
}

fn main(index : i32) {
  let row = index / TILE_THREADS * TILE;
  let isIdle = row >= uniforms.rows;
  let base = row * uniforms.recordUnits;
  let lane = i32(localIndex) % TILE;
  if (uniforms.sequential == 1) {
    for (var degree = uniforms.degrees - 1; degree >= 0; degree--) {
      let begin = tables[nodeAt(0).starts + degree];
      let end = tables[nodeAt(0).starts + degree + 1];
      computeAdjoints(0, base, isIdle, begin, end);
      formGradient(base, row, isIdle, begin, end);
      for (var n = uniforms.layerCount - 1; n > 0; n--) {
        computeAdjoints(n, base, isIdle, tables[nodeAt(n).starts + degree], tables[nodeAt(n).starts + degree + 1]);
      }
    }
    return;
  }
  if (uniforms.logScale >= 0) {
    formGradient(base, row, isIdle, 0, uniforms.dim);
  } else {
    let width = uniforms.dim * uniforms.parameterCount;
    let order = layerAt(uniforms.layerCount - 1).unitOrder;
    let event = min(row + lane, uniforms.rows - 1);
    let parameters = base + nodeAt(uniforms.layerCount).values * TILE + lane;
    let last = select(width, 0, isIdle);
    for (var j = i32(localIndex) / TILE; j < last; j += PARTS) {
      result[parameters + j * TILE] = select(0.0, valueCotangent[event * width + lookup(order, j)], row + lane < uniforms.rows);
    }
    storageBarrier();
  }
  for (var n = uniforms.layerCount - 1; n >= 0; n--) {
    let count = tables[nodeAt(n).starts + uniforms.degrees];
    computeAdjoints(n, base, isIdle, 0, count);
  }
  if (row + lane >= uniforms.rows) { return; }
  for (var k = i32(localIndex) / TILE; k < uniforms.dim; k += PARTS) {
    let at = uniforms.valueOffset + (row + lane) * uniforms.dim + tables[uniforms.orderOffset + k];
    let through = result[base + (nodeAt(0).values + k) * TILE + lane];
    result[at] = select(through, result[at] + through, uniforms.logScale >= 0);
  }
}
