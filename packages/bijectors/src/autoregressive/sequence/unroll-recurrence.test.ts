import {
  add,
  concat,
  memory,
  mul,
  reshape,
  stack,
  sum,
  tanh,
  type Tensor,
  tidy,
  variable,
  type Variable,
  variableGrads,
  type Scalar,
} from '@tensorflow/tfjs-core';
import { key, normal, split, vjp } from '@pushforward/tensor';
import type { Step } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { type RankInputs, type Recurrence, type RecurrenceInputs, unrollRecurrence } from './unroll-recurrence.js';

const RANKS = 4;
const ROWS = 3;

/** u · exp(a) + b for parameters (a, b), with logDet = a. */
const step: Step = (input, parameters) => {
  const [a, b] = [0, 1].map((p) => sum(mul(parameters, [p === 0 ? 1 : 0, p]), -1));
  return { value: add(mul(input, a.exp()), b), logDet: a };
};

/** Parameters from a mix of all that a position may look at, and how often each position was computed. */
function makeRecurrence(kind: Recurrence['memory'], weights: Variable): Recurrence & { calls: number } {
  return {
    memory: kind,
    weights: [weights],
    calls: 0,
    advance(remembered: readonly Tensor[], previous: Tensor, { own, shared }: RankInputs) {
      this.calls++;
      const column = reshape(previous, [ROWS, 1]);
      const before = remembered.length > 0 ? sum(remembered[0], 1, true) : column;
      const mixed = tanh(add(add(mul(add(before, column), weights), own), shared[0]));
      if (kind === 'replaced') return { parameters: mixed, memory: [mixed] };
      return { parameters: mixed, memory: [concat([...remembered, mixed.slice([0, 1], [ROWS, 1])], 1)] };
    },
  };
}

function makeInputs(kind: Recurrence['memory']): RecurrenceInputs {
  const keys = split(key(0), 2 * RANKS + 2);
  return {
    input: keys.slice(0, RANKS).map((own) => normal(own, [ROWS])),
    own: keys.slice(RANKS, 2 * RANKS).map((own) => normal(own, [2])),
    shared: [normal(keys[2 * RANKS], [ROWS, 2])],
    memory: kind === 'replaced' ? [normal(keys[2 * RANKS + 1], [ROWS, 2])] : [],
  };
}

/** The same on the tape, position by position. */
function unrollOnTape(recurrence: Recurrence, { input, own, shared, memory: start }: RecurrenceInputs) {
  const values: Tensor[] = [];
  let logDet: Tensor = mul(input[0], 0);
  let remembered = start;
  for (const [position, received] of input.entries()) {
    const next = recurrence.advance(remembered, values.at(-1) ?? mul(received, 0), { own: own[position], shared });
    const chosen = step(received, next.parameters);
    values.push(chosen.value);
    logDet = add(logDet, chosen.logDet);
    remembered = next.memory;
  }
  return { values, logDet };
}

describe.each(['replaced', 'grown'] as const)('unrollRecurrence with a memory that is %s', (kind) => {
  const weights = tidy(() => variable(normal(key(1), [1, 2])));

  test('gives the values and the gradients of the same positions on the tape', async () => {
    const recurrence = makeRecurrence(kind, weights);
    const inputs = makeInputs(kind);
    const leaves = [...Object.values(inputs).flat(), weights];
    const run =
      (unroll: typeof unrollOnTape) =>
      (...given: Tensor[]) => {
        const [input, own, [shared, ...start]] = [
          given.slice(0, RANKS),
          given.slice(RANKS, 2 * RANKS),
          given.slice(2 * RANKS, -1),
        ];
        const { values, logDet } = unroll(recurrence, { input, own, shared: [shared], memory: start });
        return [...values, logDet];
      };
    const ours = run((of, given) => unrollRecurrence(of, given, step));
    const expected = run(unrollOnTape);
    await expect(stack(ours(...leaves))).toBeAllClose(stack(expected(...leaves)));
    const cotangents = split(key(2), RANKS + 1).map((own) => normal(own, [ROWS]));
    const found = vjp(ours, leaves, cotangents);
    const reference = vjp(expected, leaves, cotangents);
    for (let i = 0; i < leaves.length; i++)
      await expect(found[i]).toBeAllClose(reference[i], { rtol: 1e-5, atol: 1e-6 });
  });

  test('computes every position once, and once more for the gradient', () => {
    const recurrence = makeRecurrence(kind, weights);
    const inputs = makeInputs(kind);
    tidy(() => void unrollRecurrence(recurrence, inputs, step));
    expect(recurrence.calls).toBe(RANKS);
    tidy(() => void variableGrads(() => sum(unrollRecurrence(recurrence, inputs, step).logDet) as Scalar, [weights]));
    expect(recurrence.calls).toBe(RANKS + 2 * RANKS);
  });

  test('leaves no tensor behind', async () => {
    const recurrence = makeRecurrence(kind, weights);
    const inputs = makeInputs(kind);
    await expect(() => {
      const { values, logDet } = unrollRecurrence(recurrence, inputs, step);
      return [...values, logDet];
    }).toLeakNoTensor();
    const before = memory().numTensors;
    const { value, grads } = variableGrads(
      () => sum(unrollRecurrence(recurrence, inputs, step).logDet) as Scalar,
      [weights],
    );
    value.dispose();
    grads[weights.name].dispose();
    expect(memory().numTensors).toBe(before);
  });
});
