import { matMulPart } from './mat-mul';
import { randomPart } from './random';

// What a job of the thread pool may be.
export const MAT_MUL: i32 = 0;
export const RANDOM: i32 = 1;

/** Computes one part of a task. Every thread finds place of its own by its number. */
export function runPart(kernel: i32, task: usize, part: i32, thread: i32): void {
  if (kernel == MAT_MUL) matMulPart(task, part, thread);
  else if (kernel == RANDOM) randomPart(task, part);
}
