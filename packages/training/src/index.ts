export { adam, adamax, type AdamOptions, adamW, type AdamWOptions, type Optimizer } from './optimizer.js';
export { OptimizerState } from './optimizer-state.js';
export {
  constant,
  cosineDecay,
  type CosineDecayOptions,
  exponentialDecay,
  type ExponentialDecayOptions,
  piecewiseConstant,
  type Schedule,
  warmup,
} from './schedule.js';
export type { Batch, Data, DataOf, RowArray, Rows } from './data.js';
export type { BatchDataset, BatchStream } from './streams.js';
export type { Loss, LossInfo } from './loss.js';
export { evaluate, type EvaluateOptions } from './evaluate.js';
export type { Checkpoint, CheckpointTensor, EpochRecord, Progress } from './checkpoint.js';
export { type EpochEvent, fit, type FitHandlers, type FitOptions, type FitResult, type StepEvent } from './fit.js';
