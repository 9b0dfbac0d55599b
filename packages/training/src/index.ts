export { adam, adamax, type AdamOptions, adamW, type AdamWOptions, type Optimizer } from './optimizer/optimizer.js';
export { OptimizerState } from './optimizer/optimizer-state.js';
export {
  constant,
  cosineDecay,
  type CosineDecayOptions,
  exponentialDecay,
  type ExponentialDecayOptions,
  piecewiseConstant,
  type Schedule,
  warmup,
} from './optimizer/schedule.js';
export type { Batch, Data, DataOf, RowArray, Rows } from './data/data.js';
export type { BatchDataset, BatchStream } from './data/streams.js';
export type { Loss, LossInfo, Objective } from './loop/loss.js';
export { evaluate, type EvaluateOptions } from './loop/evaluate.js';
export type { Checkpoint, CheckpointTensor, EpochRecord, Progress } from './checkpoint/checkpoint.js';
export type { EpochEvent, FitHandlers, FitResult, StepEvent } from './loop/events.js';
export { fit, type FitOptions } from './loop/fit.js';
