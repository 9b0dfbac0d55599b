import { attentionPart } from './attention';
import { attentionGradientPart } from './attention-gradient';
import { finishGradientPart } from './finish-gradient';
import { lstmGradientPart, lstmPart } from './lstm';
import { adamSquaresPart, adamUpdatesPart } from './adam';
import { matMulPart } from './mat-mul';
import { adjointsPart } from './network-backward';
import { tilePart } from './network-forward';
import { weightsPart } from './network-weights';
import { randomPart } from './random';
import { splinesPart } from './spline';
import { splinesGradientPart } from './spline-gradient';
import { gradientsPart } from './weight-gradient';

// What a job of the thread pool may be.
export const MAT_MUL: i32 = 0;
export const NETWORK_WEIGHTS: i32 = 1;
export const NETWORK_TILES: i32 = 2;
export const NETWORK_ADJOINTS: i32 = 3;
export const NETWORK_GRADIENTS: i32 = 4;
export const RANDOM: i32 = 5;
export const LSTM: i32 = 6;
export const LSTM_GRADIENT: i32 = 7;
export const ATTENTION: i32 = 8;
export const ATTENTION_GRADIENT: i32 = 9;
export const FINISH_GRADIENT: i32 = 10;
export const SPLINES: i32 = 11;
export const SPLINES_GRADIENT: i32 = 12;
export const ADAM_SQUARES: i32 = 13;
export const ADAM_UPDATES: i32 = 14;

/** Computes one part of a task. Every thread finds place of its own by its number. */
export function runPart(kernel: i32, task: usize, part: i32, thread: i32): void {
  if (kernel == MAT_MUL) matMulPart(task, part, thread);
  else if (kernel == ADAM_SQUARES) adamSquaresPart(task, part);
  else if (kernel == ADAM_UPDATES) adamUpdatesPart(task, part);
  else if (kernel == NETWORK_WEIGHTS) weightsPart(task, part);
  else if (kernel == NETWORK_TILES) tilePart(task, part, thread);
  else if (kernel == NETWORK_ADJOINTS) adjointsPart(task, part, thread);
  else if (kernel == NETWORK_GRADIENTS) gradientsPart(task, part);
  else if (kernel == LSTM) lstmPart(task, part, thread);
  else if (kernel == LSTM_GRADIENT) lstmGradientPart(task, part, thread);
  else if (kernel == ATTENTION) attentionPart(task, part, thread);
  else if (kernel == ATTENTION_GRADIENT) attentionGradientPart(task, part, thread);
  else if (kernel == RANDOM) randomPart(task, part);
  else if (kernel == FINISH_GRADIENT) finishGradientPart(task, part, thread);
  else if (kernel == SPLINES) splinesPart(task, part, thread);
  else if (kernel == SPLINES_GRADIENT) splinesGradientPart(task, part, thread);
}
