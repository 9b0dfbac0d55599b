import type { Benchmark } from './benchmark.js';
import { mafStep } from './maf-step.js';
import { matMulBenchmarks } from './mat-mul.js';

/** Everything that is measured, in the order of the table. */
export const benchmarks: readonly Benchmark[] = [...matMulBenchmarks, mafStep];
