import { BernoulliLogProb, tasksOfRepetition } from '../bernoulli/bernoulli';
import { BERNOULLI } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** Cost of a softplus, in multiplications. */
const COST: f64 = 30;

/** Log-probabilities, or with a cotangent the gradient of the logits. */
export function bernoulliLogProb(at: usize): void {
  const all = changetype<BernoulliLogProb>(at);
  runTasks(BERNOULLI, at, all.repetitions * tasksOfRepetition(all.count), COST * <f64>all.repetitions * <f64>all.count);
}
