import {
  add,
  dispose,
  slice,
  stack,
  type Tensor,
  tidy,
  unstack,
  type Variable,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { TensorContainer } from '@tensorflow/tfjs-core/dist/tensor_types.js';
import { customGradient, vjp } from '@pushforward/tensor';
import type { Step } from '@pushforward/made';

/** Inputs of one position, besides its memory and the previous value. */
export interface RankInputs {
  /** Given to this position alone. */
  readonly own: Tensor;
  /** Given to all positions. */
  readonly shared: readonly Tensor[];
}

/** Inputs of a sequence, besides its values. */
export interface SequenceStart {
  /** The memory before the first position; empty if memory grows. */
  readonly memory: readonly Tensor[];
  /** Inputs of single positions, one for each. */
  readonly own: readonly Tensor[];
  /** Inputs that all positions share. */
  readonly shared: readonly Tensor[];
}

/** A network that goes over the positions one by one, and carries from one to the next what it remembers of them. */
export interface Recurrence {
  /**
   * How the memory changes: `'replaced'` by another one, or `'grown'` along axis 1 by one place for each position, so that an earlier
   * memory is the beginning of a later one.
   */
  readonly memory: 'replaced' | 'grown';
  /** The variables that {@link advance} computes with. */
  readonly weights: readonly Variable[];
  /**
   * One position: its parameters `[N, P]`, and what is remembered afterwards.
   *
   * @param previous the value of the position before, 0 at the first, `[N]`
   */
  advance(memory: readonly Tensor[], previous: Tensor, given: RankInputs): { parameters: Tensor; memory: Tensor[] };
}

/** A {@link SequenceStart}, and what the step takes at each position, `[N]` each. */
export interface RecurrenceInputs extends SequenceStart {
  readonly input: readonly Tensor[];
}

/**
 * The sequential direction of a recurrence, as one differentiable operation: `value_r = step(input_r, parameters_r)`, where the
 * parameters of position r follow from `value_{r−1}` and the memory of the positions before.
 *
 * The gradient goes down the positions. A value acts on the next position and through the memory alone, so its adjoint is complete when the position after
 * it is done. Then the position is computed once more, from the memory that it started with, and its vector–Jacobian product turns the adjoints
 * of its value, of its log-determinant and of the memory after it into those of the value and the memory before it and of all it was given.
 *
 * Kept for the gradient are the values and the memories, a grown one once: for each event as many numbers as the positions write into them, and
 * no tape.
 *
 * @returns `values` by position, and `logDet`, the sum of the steps' log-determinants, `[N]` each
 */
export function unrollRecurrence(
  recurrence: Recurrence,
  inputs: RecurrenceInputs,
  step: Step,
): { values: Tensor[]; logDet: Tensor } {
  const lists = [inputs.input, inputs.own, inputs.shared, inputs.memory];
  // A custom gradient has one output: the log-determinant is its last row.
  const op = customGradient((_, save) => {
    const { values, logDet, memories } = goForward(recurrence, inputs, step);
    const known = [...lists, values, ...memories];
    save(known.flat());
    const gradFunc = (cotangent: Tensor, saved: Tensor[]): Tensor[] =>
      tidy(() => {
        const [input, own, shared, memory, ofRanks, ...afterRanks] = divide(
          saved,
          known.map(({ length }) => length),
        );
        return goBack(
          recurrence,
          { input, own, shared, memory },
          { values: ofRanks, memories: afterRanks },
          step,
          unstack(cotangent),
        );
      });
    return { value: stack([...values, logDet]), gradFunc };
  });
  return tidy(() => {
    const rows = unstack(op(...lists.flat(), ...recurrence.weights));
    return { values: rows.slice(0, -1), logDet: rows.at(-1)! };
  });
}

/** Results of the forward pass: the value of each position and the memory after it, or only the last memory if it grows. */
interface ForwardResults {
  readonly values: Tensor[];
  readonly memories: Tensor[][];
}

function goForward(
  recurrence: Recurrence,
  { input, own, shared, memory: start }: RecurrenceInputs,
  step: Step,
): ForwardResults & { logDet: Tensor } {
  const values: Tensor[] = [];
  const memories: Tensor[][] = [];
  let memory = [...start];
  let logDet: Tensor = zerosLike(input[0]);
  for (const [position, received] of input.entries()) {
    const next = scoped(() => {
      const previous = values.at(-1) ?? zerosLike(received);
      const { parameters, memory: after } = recurrence.advance(memory, previous, { own: own[position], shared });
      const chosen = step(received, parameters);
      return { value: chosen.value, logDet: add(logDet, chosen.logDet), memory: after };
    });
    if (recurrence.memory === 'grown') {
      dispose(memory);
      memories.pop();
    }
    ({ memory, logDet } = next);
    values.push(next.value);
    memories.push(memory);
  }
  return { values, logDet, memories };
}

/**
 * @param cotangents of the value of each position, and of the log-determinant
 * @returns the gradients with respect to the input, own, shared, memory and the weights
 */
function goBack(
  recurrence: Recurrence,
  { input, own, shared, memory: start }: RecurrenceInputs,
  { values, memories }: ForwardResults,
  step: Step,
  cotangents: Tensor[],
): Tensor[] {
  const { weights } = recurrence;
  const memoryBefore = (position: number): readonly Tensor[] => {
    if (position === 0) return start;
    return recurrence.memory === 'grown'
      ? memories[0].map((grown) => firstPlaces(grown, position))
      : memories[position - 1];
  };

  const inputGradients: Tensor[] = [];
  const ownGradients: Tensor[] = [];
  /** Of the inputs that all positions share, and of the weights. */
  let sums: Tensor[] = [...shared, ...weights].map(({ shape }) => zeros(shape));
  /** The gradients that the position above sends to the value and the memory below it. */
  let upstream: { value?: Tensor; memory: Tensor[] } = { memory: [] };

  for (let position = input.length - 1; position >= 0; position--) {
    const next = scoped(() => {
      const memory = memoryBefore(position);
      const previous = position === 0 ? zerosLike(input[0]) : values[position - 1];
      const run = (...args: Tensor[]): Tensor[] => {
        const [remembered, [before, received, ownHere], common] = divide(args, [memory.length, 3, shared.length]);
        const after = recurrence.advance(remembered, before, { own: ownHere, shared: common });
        const { value, logDet } = step(received, after.parameters);
        // Nobody reads the last memory.
        return [value, logDet, ...after.memory.slice(0, upstream.memory.length)];
      };
      const valueCotangent = upstream.value ? add(cotangents[position], upstream.value) : cotangents[position];
      const inputs = [...memory, previous, input[position], own[position], ...shared, ...weights];
      const gradients = vjp(run, inputs, [valueCotangent, cotangents.at(-1)!, ...upstream.memory]);
      const [toMemory, [toPrevious, toInput, toOwn], toCommon] = divide(gradients, [memory.length, 3, sums.length]);
      return { toMemory, toPrevious, toInput, toOwn, sums: toCommon.map((gradient, i) => add(sums[i], gradient)) };
    });
    // At once: those of all positions together would take D times as much.
    dispose([sums, upstream.memory]);
    sums = next.sums;
    upstream = { value: next.toPrevious, memory: next.toMemory };
    inputGradients.unshift(next.toInput);
    ownGradients.unshift(next.toOwn);
  }
  const [sharedGradients, weightGradients] = divide(sums, [shared.length, weights.length]);
  return [...inputGradients, ...ownGradients, ...sharedGradients, ...upstream.memory, ...weightGradients];
}

/** The beginning of a grown memory. */
function firstPlaces(grown: Tensor, count: number): Tensor {
  return slice(grown, [0, 0], [grown.shape[0], count]);
}

/** Takes a list apart into lists of some lengths. */
function divide(list: readonly Tensor[], lengths: readonly number[]): Tensor[][] {
  let begin = 0;
  return lengths.map((length) => list.slice(begin, (begin += length)));
}

/** Frees what the result does not hold. */
function scoped<T extends object>(run: () => T): T {
  return tidy(run as unknown as () => TensorContainer) as T;
}
