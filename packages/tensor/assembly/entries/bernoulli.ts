import { BernoulliLogProb, tasksOfRepetition } from '../bernoulli/bernoulli';
import { BernoulliEvents, eventsOfTask } from '../bernoulli/events';
import { BERNOULLI, BERNOULLI_EVENTS } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** Cost of a softplus, in multiplications. */
const COST: f64 = 30;

/** Log-probabilities, or with a cotangent the gradient of the logits. */
export function bernoulliLogProb(at: usize): void {
  const all = changetype<BernoulliLogProb>(at);
  runTasks(BERNOULLI, at, all.repetitions * tasksOfRepetition(all.count), COST * <f64>all.repetitions * <f64>all.count);
}

/** Log-probabilities of events, or with a cotangent the gradient of the logits. */
export function bernoulliEventLogProb(at: usize): void {
  const all = changetype<BernoulliEvents>(at);
  const count = eventsOfTask(all.size);
  runTasks(BERNOULLI_EVENTS, at, (all.events + count - 1) / count, COST * <f64>all.events * <f64>all.size);
}
