import { Convolution, convolutionTasks, packFilters } from '../convolution/convolution';
import { FilterGradient, filterGradientParts } from '../convolution/filter-gradient';
import { patchCount, patchSize } from '../convolution/patches';
import { CONVOLUTION, FILTER_GRADIENT } from '../threads/kernel-ids';
import { runTasks } from '../threads/pool';

/** Multiplies patches of images by filters. */
export function convolution(at: usize): void {
  const args = changetype<Convolution>(at);
  packFilters(args);
  runTasks(CONVOLUTION, at, convolutionTasks(patchCount(args)), <f64>patchCount(args) * <f64>args.columns * <f64>patchSize(args));
}

/** Multiplies transposed patches by cotangents, chunk by chunk. */
export function filterGradient(at: usize): void {
  const args = changetype<FilterGradient>(at);
  const parts = filterGradientParts(patchSize(args));
  runTasks(FILTER_GRADIENT, at, args.chunks * parts, <f64>patchCount(args) * <f64>args.columns * <f64>patchSize(args));
}
