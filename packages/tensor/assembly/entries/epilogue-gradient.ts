import { EPILOGUE_GRADIENT } from '../threads/kernel-ids';
import { EpilogueGradient, epilogueGradientTasks, storeBiasGradient } from '../product/epilogue-gradient';
import { runTasks } from '../threads/pool';

/** Cost of a number, in multiplications. */
const COST: f64 = 10;

/** The gradients of a product with a bias and an activation, by their rows. */
export function epilogueGradient(at: usize): void {
  const args = changetype<EpilogueGradient>(at);
  const taskCount = epilogueGradientTasks(args);
  runTasks(EPILOGUE_GRADIENT, at, taskCount, COST * <f64>args.rows * <f64>args.columns);
  storeBiasGradient(args, taskCount);
}
