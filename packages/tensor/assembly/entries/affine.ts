import { AffineMaps, NUMBER_COST, TASK_ROWS } from '../affine/affine-maps';
import { AFFINE_MAPS } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** Affine maps of numbers, and their log-derivatives. */
export function affineMaps(at: usize): void {
  runMaps(at, 1);
}

/** The gradients of {@link affineMaps}. */
export function affineMapsGradient(at: usize): void {
  runMaps(at, 1.5);
}

function runMaps(at: usize, cost: f64): void {
  const rows = changetype<AffineMaps>(at).rows;
  runTasks(AFFINE_MAPS, at, (rows + TASK_ROWS - 1) / TASK_ROWS, cost * NUMBER_COST * <f64>rows);
}
