// Shared by the shaders of a tile: activations, and the affine form. The references are `activate` in src/kernels/activation.ts and
// `applyAffineForm` in src/kernels/affine/affine-form.ts.

struct TileUniforms {
  rows : i32,
  dim : i32,
  passing : i32,
  parameterCount : i32,
  degrees : i32,
  layerCount : i32,
  activation : i32,
  sequential : i32,
  recordUnits : i32,
  nodesOffset : i32,
  layersOffset : i32,
  orderOffset : i32,
  valueOffset : i32,
  logDetOffset : i32,
  // -1 where the parameters are the result.
  logScale : i32,
  bound : f32,
  bias : f32,
  direction : f32,
  before : f32,
  after : f32,
}

// Threads of a workgroup, which works on one tile of events.
const TILE_THREADS = 64;
// Of a tile's 16 events this is the share of each.
const PARTS = TILE_THREADS / TILE;

fn activate(x : f32) -> f32 {
  switch (uniforms.activation) {
    case ActivationId_Relu: { if (x < 0.0) { return 0.0; } return x; }
    case ActivationId_LeakyRelu: { if (x < 0.0) { return 0.01 * x; } return x; }
    case ActivationId_Elu: { return exactElu(x); }
    case ActivationId_Silu: { return x * exactSigmoid(x); }
    case ActivationId_Softplus: { return exactSoftplus(x); }
    default: { return exactTanh(x); }
  }
}

// The derivative at x, where the value is y.
fn slope(x : f32, y : f32) -> f32 {
  switch (uniforms.activation) {
    case ActivationId_Relu: { if (x > 0.0) { return 1.0; } return 0.0; }
    case ActivationId_LeakyRelu: { if (x > 0.0) { return 1.0; } return 0.01; }
    case ActivationId_Elu: { if (x > 0.0) { return 1.0; } return y + 1.0; }
    case ActivationId_Silu: { let s = exactSigmoid(x); return s * (1.0 + x * (1.0 - s)); }
    case ActivationId_Softplus: { return exactSigmoid(x); }
    default: { return 1.0 - y * y; }
  }
}

// As in applyAffineForm, src/kernels/affine/affine-form.ts.
fn logScale(r : f32) -> f32 {
  if (uniforms.logScale == LogScaleId_Raw) { return uniforms.direction * r; }
  let bounded = uniforms.bound * exactTanh(r / uniforms.bound);
  if (uniforms.logScale == LogScaleId_Bounded) { return uniforms.direction * bounded; }
  return -uniforms.direction * exactSoftplus(-(bounded + uniforms.bias));
}

fn logScaleSlope(r : f32) -> f32 {
  if (uniforms.logScale == LogScaleId_Raw) { return uniforms.direction; }
  let t = exactTanh(r / uniforms.bound);
  let slope = uniforms.direction * (1.0 - t * t);
  if (uniforms.logScale == LogScaleId_Bounded) { return slope; }
  return slope * exactSigmoid(-(uniforms.bound * t + uniforms.bias));
}
