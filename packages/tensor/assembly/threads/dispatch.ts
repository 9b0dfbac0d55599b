import { attentionPart } from '../sequence/attention';
import { attentionGradientPart } from '../sequence/attention-gradient';
import { epilogueGradientPart } from '../product/epilogue-gradient';
import { lstmGradientPart, lstmPart } from '../sequence/lstm';
import { adamSquaresPart, adamUpdatesPart } from '../adam/adam';
import { matMulPart } from '../product/mat-mul';
import { adjointsPart } from '../masked-network/backward';
import { tilePart } from '../masked-network/forward';
import { weightsPart } from '../masked-network/weights';
import { randomPart } from '../random/random';
import { splinesPart } from '../spline/spline';
import { splinesGradientPart } from '../spline/spline-gradient';
import { gradientsPart } from '../masked-network/weight-gradient';

import { MAT_MUL, NETWORK_WEIGHTS, NETWORK_TILES, NETWORK_ADJOINTS, NETWORK_GRADIENTS, RANDOM, LSTM, LSTM_GRADIENT, ATTENTION, ATTENTION_GRADIENT, EPILOGUE_GRADIENT, SPLINES, SPLINES_GRADIENT, ADAM_SQUARES, ADAM_UPDATES } from './task-ids';

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
  else if (kernel == EPILOGUE_GRADIENT) epilogueGradientPart(task, part, thread);
  else if (kernel == SPLINES) splinesPart(task, part, thread);
  else if (kernel == SPLINES_GRADIENT) splinesGradientPart(task, part, thread);
}
