import { attentionTask } from '../sequence/attention';
import { attentionGradientTask } from '../sequence/attention-gradient';
import { epilogueGradientTask } from '../product/epilogue-gradient';
import { lstmGradientTask, lstmTask } from '../sequence/lstm';
import { affineMapsTask } from '../affine/affine-maps';
import { adamSquaresTask, adamUpdatesTask } from '../adam/adam';
import { bernoulliTask } from '../bernoulli/bernoulli';
import { bernoulliEventsTask } from '../bernoulli/events';
import { convolutionTask } from '../convolution/convolution';
import { filterGradientTask } from '../convolution/filter-gradient';
import { mixturesTask } from '../mixture/forward';
import { mixturesGradientTask } from '../mixture/gradient';
import { matMulTask } from '../product/mat-mul';
import { adjointsTask } from '../masked-network/backward';
import { eventTask } from '../masked-network/event';
import { tileTask } from '../masked-network/forward';
import { weightsTask } from '../masked-network/weights';
import { normalDrawGradientTask, normalDrawTask } from '../normal-draw/normal-draw';
import { randomTask } from '../random/random';
import { splinesTask } from '../spline/spline';
import { splinesGradientTask } from '../spline/spline-gradient';
import { gradientsTask } from '../masked-network/weight-gradient';

import { MAT_MUL, NETWORK_WEIGHTS, NETWORK_TILES, NETWORK_EVENTS, NETWORK_ADJOINTS, NETWORK_GRADIENTS, RANDOM, LSTM, LSTM_GRADIENT, ATTENTION, ATTENTION_GRADIENT, EPILOGUE_GRADIENT, SPLINES, SPLINES_GRADIENT, ADAM_SQUARES, ADAM_UPDATES, BERNOULLI, BERNOULLI_EVENTS, CONVOLUTION, FILTER_GRADIENT, MIXTURES, MIXTURES_GRADIENT, AFFINE_MAPS, NORMAL_DRAWS, NORMAL_DRAWS_GRADIENT } from './kernel-ids';

/** Runs one task of a kernel. A thread's number gives it working memory of its own. */
export function runTask(kernel: i32, args: usize, task: i32, thread: i32): void {
  if (kernel == MAT_MUL) matMulTask(args, task, thread);
  else if (kernel == CONVOLUTION) convolutionTask(args, task, thread);
  else if (kernel == FILTER_GRADIENT) filterGradientTask(args, task, thread);
  else if (kernel == ADAM_SQUARES) adamSquaresTask(args, task);
  else if (kernel == ADAM_UPDATES) adamUpdatesTask(args, task);
  else if (kernel == BERNOULLI) bernoulliTask(args, task);
  else if (kernel == BERNOULLI_EVENTS) bernoulliEventsTask(args, task, thread);
  else if (kernel == NETWORK_WEIGHTS) weightsTask(args, task);
  else if (kernel == NETWORK_TILES) tileTask(args, task, thread);
  else if (kernel == NETWORK_EVENTS) eventTask(args, task, thread);
  else if (kernel == NETWORK_ADJOINTS) adjointsTask(args, task, thread);
  else if (kernel == NETWORK_GRADIENTS) gradientsTask(args, task, thread);
  else if (kernel == LSTM) lstmTask(args, task, thread);
  else if (kernel == LSTM_GRADIENT) lstmGradientTask(args, task, thread);
  else if (kernel == ATTENTION) attentionTask(args, task, thread);
  else if (kernel == ATTENTION_GRADIENT) attentionGradientTask(args, task, thread);
  else if (kernel == RANDOM) randomTask(args, task);
  else if (kernel == EPILOGUE_GRADIENT) epilogueGradientTask(args, task);
  else if (kernel == SPLINES) splinesTask(args, task, thread);
  else if (kernel == SPLINES_GRADIENT) splinesGradientTask(args, task, thread);
  else if (kernel == MIXTURES) mixturesTask(args, task, thread);
  else if (kernel == MIXTURES_GRADIENT) mixturesGradientTask(args, task, thread);
  else if (kernel == AFFINE_MAPS) affineMapsTask(args, task);
  else if (kernel == NORMAL_DRAWS) normalDrawTask(args, task);
  else if (kernel == NORMAL_DRAWS_GRADIENT) normalDrawGradientTask(args, task);
}
