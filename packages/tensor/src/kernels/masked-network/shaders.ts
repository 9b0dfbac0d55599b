import { ActivationId, LogScaleId } from '../../wasm/structs.generated.js';
import { WGSL_MATH } from '../../gpu/math.js';

/** Threads of a workgroup that works on one tile of events. */
export const TILE_THREADS = 64;
/** Rows and columns of a block of a weight gradient; a workgroup has a thread for each of its numbers. */
export const BLOCK = 16;

/** Words of a layer in the tables, in the order of the constants below. */
const LAYER_WORDS = 13;

/**
 * What all of the shaders know. The structure of the network lies in `tables`: nodes of three words (the starts of their ranks, their
 * values' and reads' place in a record), layers, and the tables that these refer to by where they begin. A record holds what is known of one
 * tile of 16 events, unit by unit, as in `assembly/masked-network.ts`.
 */
const COMMON = `
const TILE = 16;
fn starts(n : i32) -> i32 { return tables[uniforms.nodesAt + 3 * n]; }
fn valuesOf(n : i32) -> i32 { return tables[uniforms.nodesAt + 3 * n + 1]; }
fn readsOf(n : i32) -> i32 { return tables[uniforms.nodesAt + 3 * n + 2]; }
fn layerOf(l : i32) -> i32 { return uniforms.layersAt + ${LAYER_WORDS} * l; }
const FROM = 0;
const SKIP = 1;
const INPUTS = 2;
const UNITS = 3;
const LIMITS = 4;
const FIRSTS = 5;
const INPUT_ORDER = 6;
const UNIT_ORDER = 7;
const UNIT_RANKS = 8;
const WEIGHTS = 9;
const OFFSET = 10;
const BLOCKS_BEFORE = 11;
const OFFSET_PER_ROW = 12;
fn place(order : i32, index : i32) -> i32 {
  if (order < 0) { return index; }
  return tables[order + index];
}
`;

/** What the shaders of a tile know besides: the activation and the step, of which `assembly/step.ts` has the formula. */
const OF_TILES = `
${COMMON}
${WGSL_MATH}
const THREADS = ${TILE_THREADS};
// Of a tile's 16 events this is the share of each.
const PARTS = THREADS / TILE;

fn activate(x : f32) -> f32 {
  switch (uniforms.activation) {
    case ${ActivationId.relu}: { if (x < 0.0) { return 0.0; } return x; }
    case ${ActivationId.leakyRelu}: { if (x < 0.0) { return 0.01 * x; } return x; }
    case ${ActivationId.elu}: { return exactElu(x); }
    case ${ActivationId.silu}: { return x * exactSigmoid(x); }
    case ${ActivationId.softplus}: { return exactSoftplus(x); }
    default: { return exactTanh(x); }
  }
}

// The derivative at x, where the value is y.
fn slope(x : f32, y : f32) -> f32 {
  switch (uniforms.activation) {
    case ${ActivationId.relu}: { if (x > 0.0) { return 1.0; } return 0.0; }
    case ${ActivationId.leakyRelu}: { if (x > 0.0) { return 1.0; } return 0.01; }
    case ${ActivationId.elu}: { if (x > 0.0) { return 1.0; } return y + 1.0; }
    case ${ActivationId.silu}: { let s = exactSigmoid(x); return s * (1.0 + x * (1.0 - s)); }
    case ${ActivationId.softplus}: { return exactSigmoid(x); }
    default: { return 1.0 - y * y; }
  }
}

const NONE = ${LogScaleId.none};
const RAW = ${LogScaleId.raw};
const BOUNDED = ${LogScaleId.bounded};

fn logScale(r : f32) -> f32 {
  if (uniforms.logScale == RAW) { return uniforms.direction * r; }
  let bounded = uniforms.bound * exactTanh(r / uniforms.bound);
  if (uniforms.logScale == BOUNDED) { return uniforms.direction * bounded; }
  return -uniforms.direction * exactSoftplus(-(bounded + uniforms.bias));
}

fn logScaleSlope(r : f32) -> f32 {
  if (uniforms.logScale == RAW) { return uniforms.direction; }
  let t = exactTanh(r / uniforms.bound);
  let slope = uniforms.direction * (1.0 - t * t);
  if (uniforms.logScale == BOUNDED) { return slope; }
  return slope * exactSigmoid(-(uniforms.bound * t + uniforms.bias));
}
`;

/** Fields of `uniforms` in the shaders of a tile. */
export const TILE_UNIFORMS = `rows : i32, dim : i32, parameterCount : i32, ranks : i32, layerCount : i32, activation : i32, sequential : i32,
  recordUnits : i32, nodesAt : i32, layersAt : i32, orderAt : i32, valueAt : i32, logDetAt : i32, logScale : i32,
  bound : f32, bias : f32, direction : f32, before : f32, after : f32,`;

/**
 * The value: of `given` `[N, D]`, `theta` (weights and offsets) and `tables`. The result has the records of all tiles, then the values or
 * parameters, then the log-determinants.
 */
export const NETWORK = `
${OF_TILES}
var<workgroup> totals : array<f32, ${TILE_THREADS}>;

// Units of a layer from begin up to end; a workgroup without a tile takes part in the barriers only.
fn computeUnits(l : i32, base : i32, row : i32, isIdle : bool, begin : i32, end : i32) {
  let layer = layerOf(l);
  let units = tables[layer + UNITS];
  let skip = tables[layer + SKIP];
  let offset = tables[layer + OFFSET];
  // An offset for each event, or one for all.
  let offsetStride = select(0, units, tables[layer + OFFSET_PER_ROW] == 1);
  let values = valuesOf(l + 1);
  let reads = readsOf(l + 1);
  let source = base + readsOf(tables[layer + FROM]) * TILE;
  let count = select((end - begin) * TILE, 0, isIdle);
  for (var t = i32(localIndex); t < count; t += THREADS) {
    let j = begin + t / TILE;
    let lane = t % TILE;
    let column = place(tables[layer + UNIT_ORDER], j);
    var sum = 0.0;
    if (offset >= 0) { sum = theta[offset + min(row + lane, uniforms.rows - 1) * offsetStride + column]; }
    if (skip >= 0) { sum += result[base + (valuesOf(skip) + j) * TILE + lane]; }
    let limit = tables[tables[layer + LIMITS] + j];
    let weights = tables[layer + WEIGHTS] + column;
    for (var i = 0; i < limit; i++) {
      sum += theta[weights + place(tables[layer + INPUT_ORDER], i) * units] * result[source + i * TILE + lane];
    }
    result[base + (values + j) * TILE + lane] = sum;
    if (reads != values) { result[base + (reads + j) * TILE + lane] = activate(sum); }
  }
  storageBarrier();
}

// Steps through the dimensions from begin up to end; returns this thread's share of the log-determinant.
fn applyStep(base : i32, row : i32, isIdle : bool, begin : i32, end : i32) -> f32 {
  let lane = i32(localIndex) % TILE;
  let event = min(row + lane, uniforms.rows - 1);
  let parameters = base + valuesOf(uniforms.layerCount) * TILE + lane;
  var total = 0.0;
  let last = select(end, begin, isIdle);
  for (var k = begin + i32(localIndex) / TILE; k < last; k += PARTS) {
    let at = event * uniforms.dim + tables[uniforms.orderAt + k];
    let m = result[parameters + k * uniforms.parameterCount * TILE];
    var value = given[at] - uniforms.before * m;
    if (uniforms.logScale != NONE) {
      let l = logScale(result[parameters + (k * uniforms.parameterCount + 1) * TILE]);
      value = value * exactExp(l);
      total += l;
    }
    value += uniforms.after * m;
    if (uniforms.sequential == 1) { result[base + (valuesOf(0) + k) * TILE + lane] = value; }
    if (row + lane < uniforms.rows) { result[uniforms.valueAt + at] = value; }
  }
  storageBarrier();
  return total;
}

fn main(index : i32) {
  let row = index / THREADS * TILE;
  let isIdle = row >= uniforms.rows;
  let base = row * uniforms.recordUnits;
  let lane = i32(localIndex) % TILE;
  let first = starts(0);
  var total = 0.0;
  if (uniforms.sequential == 1) {
    for (var rank = 0; rank < uniforms.ranks; rank++) {
      for (var l = 0; l < uniforms.layerCount; l++) {
        computeUnits(l, base, row, isIdle, tables[starts(l + 1) + rank], tables[starts(l + 1) + rank + 1]);
      }
      total += applyStep(base, row, isIdle, tables[first + rank], tables[first + rank + 1]);
    }
  } else {
    let event = min(row + lane, uniforms.rows - 1);
    let last = select(uniforms.dim, 0, isIdle);
    for (var k = i32(localIndex) / TILE; k < last; k += PARTS) {
      result[base + (valuesOf(0) + k) * TILE + lane] = given[event * uniforms.dim + tables[uniforms.orderAt + k]];
    }
    storageBarrier();
    for (var l = 0; l < uniforms.layerCount; l++) { computeUnits(l, base, row, isIdle, 0, tables[layerOf(l) + UNITS]); }
    if (uniforms.logScale >= 0) {
      total = applyStep(base, row, isIdle, 0, uniforms.dim);
    } else if (row + lane < uniforms.rows) {
      let width = uniforms.dim * uniforms.parameterCount;
      let order = tables[layerOf(uniforms.layerCount - 1) + UNIT_ORDER];
      let parameters = base + valuesOf(uniforms.layerCount) * TILE + lane;
      for (var j = i32(localIndex) / TILE; j < width; j += PARTS) {
        result[uniforms.valueAt + (row + lane) * width + place(order, j)] = result[parameters + j * TILE];
      }
    }
  }
  totals[localIndex] = total;
  workgroupBarrier();
  if (uniforms.logScale >= 0 && i32(localIndex) < TILE && row + lane < uniforms.rows) {
    var sum = 0.0;
    for (var part = 0; part < PARTS; part++) { sum += totals[part * TILE + lane]; }
    result[uniforms.logDetAt + row + lane] = sum;
  }
}
`;

/**
 * The adjoints of all units, laid out as the values are in `records`, then the gradient of the input `[N, D]`; of `theta`, `tables`, `records`
 * and the cotangents of the results.
 */
export const ADJOINTS = `
${OF_TILES}
// What the readers of a node give to its units from begin up to end.
fn computeAdjoints(n : i32, base : i32, isIdle : bool, begin : i32, end : i32) {
  let values = valuesOf(n);
  let reads = readsOf(n);
  let count = select((end - begin) * TILE, 0, isIdle);
  for (var t = i32(localIndex); t < count; t += THREADS) {
    let i = begin + t / TILE;
    let lane = t % TILE;
    var sum = 0.0;
    for (var l = 0; l < uniforms.layerCount; l++) {
      let layer = layerOf(l);
      if (tables[layer + FROM] == n) {
        let units = tables[layer + UNITS];
        let weights = tables[layer + WEIGHTS] + place(tables[layer + INPUT_ORDER], i) * units;
        let above = base + valuesOf(l + 1) * TILE + lane;
        for (var j = tables[tables[layer + FIRSTS] + i]; j < units; j++) {
          sum += theta[weights + place(tables[layer + UNIT_ORDER], j)] * result[above + j * TILE];
        }
      }
    }
    if (reads != values) { sum *= slope(records[base + (values + i) * TILE + lane], records[base + (reads + i) * TILE + lane]); }
    for (var l = 0; l < uniforms.layerCount; l++) {
      if (tables[layerOf(l) + SKIP] == n) { sum += result[base + (valuesOf(l + 1) + i) * TILE + lane]; }
    }
    result[base + (values + i) * TILE + lane] = sum;
  }
  storageBarrier();
}

// The adjoints of the parameters of the dimensions from begin up to end, and what the input has of them directly.
fn stepGradient(base : i32, row : i32, isIdle : bool, begin : i32, end : i32) {
  let lane = i32(localIndex) % TILE;
  let event = min(row + lane, uniforms.rows - 1);
  let isEvent = row + lane < uniforms.rows;
  let width = uniforms.parameterCount * TILE;
  let parameters = base + valuesOf(uniforms.layerCount) * TILE + lane;
  let last = select(end, begin, isIdle);
  for (var k = begin + i32(localIndex) / TILE; k < last; k += PARTS) {
    let at = event * uniforms.dim + tables[uniforms.orderAt + k];
    let known = base + (valuesOf(0) + k) * TILE + lane;
    let m = records[parameters + k * width];
    // A missing event gives nothing to the gradients of weights.
    var dv = select(0.0, valueCotangent[at], isEvent);
    if (uniforms.sequential == 1) { dv += result[known]; }
    var scale = 1.0;
    if (uniforms.logScale != NONE) {
      let r = records[parameters + k * width + TILE];
      scale = exactExp(logScale(r));
      let u = records[known];
      // The derivative of the value by the log-scale; what is known is the value in the sequential direction.
      let slope = select((u - uniforms.before * m) * scale, u - uniforms.after * m, uniforms.sequential == 1);
      let dl = dv * slope + select(0.0, logDetCotangent[event], isEvent);
      result[parameters + k * width + TILE] = dl * logScaleSlope(r);
    }
    result[parameters + k * width] = dv * (uniforms.after - uniforms.before * scale);
    if (isEvent) { result[uniforms.valueAt + at] = dv * scale; }
  }
  storageBarrier();
}

fn main(index : i32) {
  let row = index / THREADS * TILE;
  let isIdle = row >= uniforms.rows;
  let base = row * uniforms.recordUnits;
  let lane = i32(localIndex) % TILE;
  if (uniforms.sequential == 1) {
    for (var rank = uniforms.ranks - 1; rank >= 0; rank--) {
      let begin = tables[starts(0) + rank];
      let end = tables[starts(0) + rank + 1];
      computeAdjoints(0, base, isIdle, begin, end);
      stepGradient(base, row, isIdle, begin, end);
      for (var n = uniforms.layerCount - 1; n > 0; n--) {
        computeAdjoints(n, base, isIdle, tables[starts(n) + rank], tables[starts(n) + rank + 1]);
      }
    }
    return;
  }
  if (uniforms.logScale >= 0) {
    stepGradient(base, row, isIdle, 0, uniforms.dim);
  } else {
    let width = uniforms.dim * uniforms.parameterCount;
    let order = tables[layerOf(uniforms.layerCount - 1) + UNIT_ORDER];
    let event = min(row + lane, uniforms.rows - 1);
    let parameters = base + valuesOf(uniforms.layerCount) * TILE + lane;
    let last = select(width, 0, isIdle);
    for (var j = i32(localIndex) / TILE; j < last; j += PARTS) {
      result[parameters + j * TILE] = select(0.0, valueCotangent[event * width + place(order, j)], row + lane < uniforms.rows);
    }
    storageBarrier();
  }
  for (var n = uniforms.layerCount - 1; n >= 0; n--) {
    let count = tables[starts(n) + uniforms.ranks];
    computeAdjoints(n, base, isIdle, 0, count);
  }
  if (row + lane >= uniforms.rows) { return; }
  for (var k = i32(localIndex) / TILE; k < uniforms.dim; k += PARTS) {
    let at = uniforms.valueAt + (row + lane) * uniforms.dim + tables[uniforms.orderAt + k];
    let through = result[base + (valuesOf(0) + k) * TILE + lane];
    result[at] = select(through, result[at] + through, uniforms.logScale >= 0);
  }
}
`;

/** Fields of `uniforms` in the two shaders below. */
export const SUM_UNIFORMS =
  'rows : i32, layerCount : i32, recordUnits : i32, nodesAt : i32, layersAt : i32, blocks : i32, weightCount : i32,';

/** `Σₙ readsₙ[i] adjointsₙ[j]` for every weight that is not masked, and 0 for the others; a workgroup for each block of 16 × 16. */
export const WEIGHT_GRADIENT = `
${COMMON}
var<workgroup> left : array<f32, 256>;
var<workgroup> right : array<f32, 256>;
var<workgroup> steps : i32;

fn main(index : i32) {
  let block = index / 256;
  let row = i32(localIndex) / 16;
  let column = i32(localIndex) % 16;
  var l = uniforms.layerCount - 1;
  while (l > 0 && tables[layerOf(l) + BLOCKS_BEFORE] > block) { l--; }
  let layer = layerOf(l);
  let inputs = tables[layer + INPUTS];
  let units = tables[layer + UNITS];
  let limits = tables[layer + LIMITS];
  let wide = (units + 15) / 16;
  let within = block - tables[layer + BLOCKS_BEFORE];
  let input = within / wide * 16;
  let unit = within % wide * 16;
  if (localIndex == 0) {
    let isMasked = input >= tables[limits + min(unit + 15, units - 1)];
    steps = select((uniforms.rows + 15) / 16, 0, isMasked || block >= uniforms.blocks);
  }
  let count = workgroupUniformLoad(&steps);
  // Where this thread reads for the block: unit \`row\` of its 16, event \`column\` of a tile.
  let leftAt = (readsOf(tables[layer + FROM]) + min(input + row, inputs - 1)) * TILE + column;
  let rightAt = (valuesOf(l + 1) + min(unit + row, units - 1)) * TILE + column;
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
  if (block < uniforms.blocks && i < inputs && j < units) {
    let at = tables[layer + WEIGHTS] + place(tables[layer + INPUT_ORDER], i) * units + place(tables[layer + UNIT_ORDER], j);
    result[at] = select(0.0, sum, i < tables[limits + j]);
  }
}
`;

/** The gradients of the offsets: the adjoints of each event, or their sum. */
export const OFFSET_GRADIENT = `
${COMMON}
fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  let at = uniforms.weightCount + index;
  // The offset that begins last before this place.
  var layer = -1;
  var node = 0;
  for (var l = 0; l < uniforms.layerCount; l++) {
    let offset = tables[layerOf(l) + OFFSET];
    if (offset >= 0 && offset <= at && (layer < 0 || offset > tables[layer + OFFSET])) {
      layer = layerOf(l);
      node = l + 1;
    }
  }
  let units = tables[layer + UNITS];
  let within = at - tables[layer + OFFSET];
  let unit = (valuesOf(node) + place(tables[layer + UNIT_RANKS], within % units)) * TILE;
  let stride = uniforms.recordUnits * TILE;
  if (tables[layer + OFFSET_PER_ROW] == 1) {
    let row = within / units;
    result[index] = adjoints[row / TILE * stride + unit + row % TILE];
    return;
  }
  var sum = 0.0;
  for (var row = 0; row < uniforms.rows; row += TILE) {
    var part = 0.0;
    for (var event = 0; event < TILE; event++) { part += adjoints[row / TILE * stride + unit + event]; }
    sum += part;
  }
  result[index] = sum;
}
`;
