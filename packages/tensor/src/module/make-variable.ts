import { checkOptions } from '../arguments/check-option.js';
import { type Tensor, tidy, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import { formatShape } from '../arguments/check.js';
import { isRestoring, rememberMade, takeVariable } from '../arguments/restoring.js';

/** Options of {@link makeVariable}. */
export interface VariableOptions {
  /** Whether an optimizer may change it. Default true. */
  trainable?: boolean;
  /** Default `'float32'`. */
  dtype?: 'float32' | 'int32' | 'bool';
}

/**
 * A variable for a {@link Module}. Unlike `tf.variable` it knows its shape before it has values: while a module is loaded or cloned, the
 * shape is looked up among the variables that are there before memory is taken for it, and the initial value, which the loaded one
 * replaces, is never computed.
 *
 * @param initial the values at the start, run under `tf.tidy`
 * @throws Error if `initial` is of another shape or type; while a module is loaded, if there is no variable of this shape and type
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { key, makeVariable, normal } from '@pushforward/tensor';
 *
 * const weights = makeVariable([3, 2], () => normal(key(0), [3, 2]));
 * console.log(weights.shape, weights.trainable); // [ 3, 2 ] true
 * weights.dispose();
 * ```
 */
export function makeVariable(shape: readonly number[], initial: () => Tensor, options: VariableOptions = {}): Variable {
  checkOptions('makeVariable', options, ['trainable', 'dtype']);
  const { trainable = true, dtype = 'float32' } = options;
  if (isRestoring()) {
    takeVariable({ dtype, shape });
    const made = tidy(() => variable(zeros([...shape], dtype), trainable));
    rememberMade(made);
    return made;
  }
  return tidy(() => {
    const value = initial();
    const [expected, got] = [{ dtype, shape }, value].map((own) => `${own.dtype} ${formatShape(own.shape)}`);
    if (got !== expected) throw new Error(`makeVariable: initial must be ${expected}, got ${got}`);
    return variable(value, trainable);
  });
}
