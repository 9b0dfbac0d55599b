import { EPILOGUE_GRADIENT } from '../threads/task-ids';
import { EpilogueGradient, PART_COLUMNS } from '../product/epilogue-gradient';
import { runParts } from '../threads/pool';

/** What a number costs, in multiplications. */
const COST: f64 = 10;

/** The gradients of a product with a bias and an activation, by their columns. */
export function epilogueGradient(at: usize): void {
  const task = changetype<EpilogueGradient>(at);
  const parts = (task.columns + PART_COLUMNS - 1) / PART_COLUMNS;
  runParts(EPILOGUE_GRADIENT, at, parts, COST * <f64>task.rows * <f64>task.columns);
}
