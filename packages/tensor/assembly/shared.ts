// The structures and constants that TypeScript shares with the kernels: `scripts/codegen.mjs` writes it to `src/wasm/structs.generated.ts`.
export { ADAM_CHUNK, AdamSettings, AdamVariable } from './adam/adam';
export { AffineMaps } from './affine/affine-maps';
export { BernoulliLogProb } from './bernoulli/bernoulli';
export { BERNOULLI_WORK_BYTES, BernoulliEvents } from './bernoulli/events';
export { BLOCK_TILES } from './entries/masked-network';
export { Convolution } from './convolution/convolution';
export { FilterGradient } from './convolution/filter-gradient';
export { MaskedLayer, MaskedNetwork, MaskedNode } from './masked-network/structs';
export { Mixtures } from './mixture/mixture';
export { NormalDraw } from './normal-draw/normal-draw';
export { Epilogue } from './product/epilogue';
export { COLUMN_WORK_BYTES, EpilogueGradient } from './product/epilogue-gradient';
export { MatMul, MatMulOperands } from './product/mat-mul';
export { EXCESS_ROWS } from './product/register-tile';
export { RANDOM_BYTES } from './random/random';
export {
  Attention,
  ATTENTION_WORK_UNITS,
  BlockOperand,
  RecordOffsets,
  SharedOperand,
  SlotOffsets,
  TileOffsets,
  WorkOffsets,
} from './sequence/attention';
export { SLOTS } from './sequence/attention-gradient';
export { BLOCK_POSITIONS, Lstm, LstmLayer } from './sequence/lstm';
export { SEQUENCE_WORK_UNITS } from './sequence/sequence';
export { ActivationId } from './simd/activation';
export { Splines } from './spline/spline-bin';
export { POOL_BYTES } from './threads/pool';
export { AffineForm, LogScaleId } from './tile/affine-form';
export { UNIT_BYTES } from './tile/dot';
export { OUTER_BYTES } from './tile/outer-product';
export { TILE } from './tile/tile';
