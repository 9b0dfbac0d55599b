import {
  add,
  concat,
  exp,
  grad,
  matMul,
  memory,
  mul,
  type Scalar,
  sigmoid,
  sin,
  square,
  sum,
  tanh,
  type Tensor,
  tensor,
  tidy,
  variable,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoint } from './gradient-checkpoint.js';
import { key, split } from '../random/key.js';
import { normal } from '../random/random.js';

const WIDTH = 8;
const LAYERS = 4;
let weights: Variable[];
let x: Tensor;

beforeAll(() => {
  const keys = split(key(0), LAYERS + 1);
  weights = keys.slice(1).map((child) => tidy(() => variable(mul(normal(child, [WIDTH, WIDTH]), 0.4))));
  x = normal(keys[0], [5, WIDTH]);
});

afterAll(() => {
  for (const tensor of [x, ...weights]) tensor.dispose();
});

/** A layer with a skip connection and several intermediate results; its variable is closed over. */
const layer = (w: Variable) => (x: Tensor) =>
  add(x, mul(tanh(matMul(x, w)), sigmoid(square(matMul(x, w, false, true)))));
const first = (x: Tensor) => layer(weights[0])(x);
const plain = (x: Tensor) => weights.reduce((x, w) => layer(w)(x), x);
const chain = (x: Tensor) => weights.reduce((x, w) => checkpoint(layer(w), [x]), x);

/** The gradients of all weights, and what is held when the forward pass ends. */
function backward(network: (x: Tensor) => Tensor): {
  gradients: Tensor[];
  value: Tensor;
  bytes: number;
  tensors: number;
} {
  const before = memory();
  let held = before;
  const { value, grads } = variableGrads(() => {
    const loss = tidy(() => sum(sin(network(x))) as Scalar);
    held = memory();
    return loss;
  }, weights);
  return {
    gradients: weights.flatMap((w) => grads[w.name] ?? []),
    value,
    bytes: held.numBytes - before.numBytes,
    tensors: held.numTensors - before.numTensors,
  };
}

async function expectSameGradients(network: (x: Tensor) => Tensor, reference: (x: Tensor) => Tensor): Promise<void> {
  const [actual, expected] = [backward(network), backward(reference)];
  await expect(actual.value).toBeAllClose(expected.value, { rtol: 1e-6, atol: 1e-6 });
  expect(actual.gradients).toHaveLength(expected.gradients.length);
  for (const [i, gradient] of actual.gradients.entries()) {
    await expect(gradient).toBeAllClose(expected.gradients[i], { rtol: 1e-6, atol: 1e-6 });
  }
}

const usedTwice = (inner: (x: Tensor) => Tensor) => (x: Tensor) => {
  const h = inner(plain(x));
  return add(mul(h, h), layer(weights[3])(h));
};

const product = (a: Tensor, b: Tensor) => mul(exp(sin(a)), square(b));

const record = (x: Tensor) => ({ value: first(x), logDet: sum(mul(x, sum(weights[1], 0)), 1), input: x });

const joined = (inner: typeof record) => (x: Tensor) => {
  const { value, logDet, input } = inner(plain(x));
  return add(add(sum(square(value)), sum(exp(mul(logDet, 0.1)))), sum(mul(input, plain(input))));
};

const array = (x: Tensor) => weights.map((w) => layer(w)(x));

const surviving = (x: Tensor) => {
  const h = first(x);
  expect(() =>
    checkpoint(
      (h) => {
        first(h);
        throw new Error('inside');
      },
      [h],
    ),
  ).toThrow('inside');
  return plain(h);
};

describe('checkpoint', () => {
  test('a chain of checkpoints gives the same gradients and holds less', async () => {
    await expectSameGradients(chain, plain);
    const [checkpointed, kept] = [backward(chain), backward(plain)];
    expect(checkpointed.bytes).toBeLessThan(kept.bytes / 2);
    expect(checkpointed.tensors).toBeLessThan(kept.tensors / 2);
  });

  test('one checkpoint around several layers', async () => {
    await expectSameGradients((x) => checkpoint(plain, [x]), plain);
  });

  test('checkpoints within checkpoints, three deep', async () => {
    await expectSameGradients(
      (x) => checkpoint((x) => checkpoint(chain, [first(x)]), [x]),
      (x) => plain(first(x)),
    );
  });

  test('the same function and variable twice', async () => {
    await expectSameGradients(
      (x) => checkpoint(first, [checkpoint(first, [plain(x)])]),
      (x) => first(first(plain(x))),
    );
  });

  test('an output that is used twice, beside operations that are kept', async () => {
    await expectSameGradients(
      usedTwice((x) => checkpoint(first, [x])),
      usedTwice(first),
    );
  });

  test('gradients of inputs, passed twice or a variable', async () => {
    const w = variable(tensor([0.3, -1.2]));
    const expected = grad((x: Tensor) => product(x, x))(w);
    await expect(grad((x: Tensor) => checkpoint(product, [x, x]))(w)).toBeAllClose(expected);
    const { grads } = variableGrads(() => sum(checkpoint((a) => product(a, w), [w])) as Scalar, [w]);
    await expect(grads[w.name]).toBeAllClose(expected);
    w.dispose();
  });

  test('a record of outputs, one of them an input', async () => {
    await expectSameGradients(
      joined((x) => checkpoint(record, [x])),
      joined(record),
    );
  });

  test('an array of outputs, some unused', async () => {
    await expectSameGradients(
      (x) => concat(checkpoint(array, [x])),
      (x) => concat(array(x)),
    );
    const [actual, expected] = [backward((x) => checkpoint(array, [x])[1]), backward((x) => array(x)[1])];
    await expect(actual.gradients[1]).toBeAllClose(expected.gradients[0]);
  });

  test('without a gradient being computed it is a plain call', async () => {
    const calls: Tensor[] = [];
    const counted = (x: Tensor) => {
      calls.push(x);
      return first(x);
    };
    await expect(checkpoint(counted, [x])).toBeAllClose(first(x), { rtol: 0, atol: 0 });
    expect(calls).toHaveLength(1);
    await expect(() => checkpoint(counted, [x])).toLeakNoTensor();
  });

  test('a gradient leaks nothing', async () => {
    await expect(() => {
      const { gradients, value } = backward((x) => checkpoint(chain, [x]));
      return [...gradients, value];
    }).toLeakNoTensor();
  });

  test('an error in the function leaves the outer tape whole', async () => {
    await expectSameGradients(surviving, (x) => plain(first(x)));
  });
});
