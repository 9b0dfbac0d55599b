import {
  dispose,
  getBackend,
  memory,
  ones,
  reshape,
  scalar,
  setBackend,
  square,
  sum,
  tensor1d,
  tidy,
  variable,
  variableGrads,
  type Variable,
} from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { afterEach, describe, expect, test } from 'vitest';
import { adam, adamax, adamW, type Optimizer } from './optimizer.js';
import { exponentialDecay } from './schedule.js';

let variables = new Map<string, Variable>();
afterEach(() => {
  for (const owned of variables.values()) owned.dispose();
});

/** Takes steps with the gradients gᵢ(t) = (i + 1) sin(0.7 t (i + 1)), i from 0 to 3, over a vector and a number. */
function run(optimizer: Optimizer, steps: number) {
  variables = new Map<string, Variable>([
    ['a', variable(tensor1d([1, -2, 0.5]))],
    ['b', variable(scalar(3))],
  ]);
  const [a, b] = variables.values();
  const state = optimizer.init(variables);
  for (let t = 1; t <= steps; t++) {
    tidy(() => {
      const g = [1, 2, 3, 4].map((i) => i * Math.sin(0.7 * t * i));
      state.update({ [a.name]: tensor1d(g.slice(0, 3)), [b.name]: scalar(g[3]) });
    });
  }
  return { a, b, state };
}

// Twelve steps computed in float64 from the papers' formulas, ε and weight decay where PyTorch has them.
describe('twelve steps agree with float64', () => {
  const decaying = exponentialDecay({ from: 0.1, decay: 0.5, steps: 4 });
  test.each([
    [
      'adam',
      adam({ learningRate: 0.1 }),
      [0.523232860170638, -2.2528718674097137, 0.36974925211396326],
      2.8998783989234544,
    ],
    [
      'adam with other constants',
      adam({ learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 0.5 }),
      [0.7567427339963463, -2.1663943976478066, 0.4108479822224558],
      2.9294806950288166,
    ],
    [
      'adamW',
      adamW({ learningRate: 0.1, weightDecay: 0.3 }),
      [0.3264739141296244, -1.581207160988742, 0.2504573246740315],
      2.0070855386055975,
    ],
    [
      'adam with an L2 penalty',
      adam({ learningRate: 0.1, l2: 0.3 }),
      [0.35352630583308037, -1.834938711838072, 0.3127138137952334],
      2.5848614076274314,
    ],
    [
      'adam with an L2 penalty, whose gradient is clipped with that of the loss',
      adam({ learningRate: 0.1, l2: 0.3, clipNorm: 3.5 }),
      [0.36107088227357426, -1.8805873703466804, 0.3377073964646411],
      2.664155715436311,
    ],
    [
      'adamax with an L2 penalty',
      adamax({ learningRate: 0.1, beta2: 0.9, epsilon: 1e-3, l2: 0.3 }),
      [0.38205377821266756, -1.9088611972782106, 0.32532557989070754],
      2.6360603029124476,
    ],
    [
      'adamax',
      adamax({ learningRate: 0.1, beta2: 0.9, epsilon: 1e-3 }),
      [0.559005563816323, -2.2295731532475718, 0.3745576409677006],
      2.901072356296605,
    ],
  ])('%s', async (_, optimizer, expectedA, expectedB) => {
    const { a, b, state } = run(optimizer, 12);
    await expect(a).toBeAllClose(expectedA);
    await expect(b).toBeAllClose(expectedB);
    state.dispose();
  });

  test.each([
    [
      'adam',
      adam,
      {
        weights: [0.7976418931196504, -2.156215158154247, 0.40163465200255966, 2.9290026643134257],
        average: [0.8068478939088108, -2.1508243733642973, 0.403760576403072, 2.930377046240298],
      },
    ],
    [
      'adamax',
      adamax,
      {
        weights: [0.8151622733913606, -2.1396571949865417, 0.4048095839120022, 2.929626658988762],
        average: [0.8229628245150445, -2.1356249227059134, 0.40649717019119647, 2.930723788577254],
      },
    ],
  ])('%s with a schedule, clipping at some of the steps, and the average of the weights', async (_, rule, expected) => {
    const { a, b, state } = run(rule({ learningRate: decaying, epsilon: 0.5, clipNorm: 3.5, ema: 0.8 }), 12);
    await expect(a).toBeAllClose(expected.weights.slice(0, 3));
    await expect(b).toBeAllClose(expected.weights[3]);
    await state.withAverage(async () => {
      await expect(a).toBeAllClose(expected.average.slice(0, 3));
      await expect(b).toBeAllClose(expected.average[3]);
    });
    await expect(a).toBeAllClose(expected.weights.slice(0, 3));
    state.dispose();
  });
});

describe('clipping', () => {
  test('scales all gradients by one factor where their global norm is too large', async () => {
    // With this ε, the first step is α g / (|g| + ε) ≈ α g / ε.
    const optimizer = adam({ learningRate: 1, epsilon: 1e6, clipNorm: 1 });
    variables = new Map<string, Variable>([
      ['a', variable(tensor1d([0, 0]))],
      ['b', variable(scalar(0))],
    ]);
    const [a, b] = variables.values();
    const state = optimizer.init(variables);
    tidy(() => state.update({ [a.name]: tensor1d([2, -3]), [b.name]: scalar(6) }));
    await expect(a).toBeAllClose([-2 / 7e6, 3 / 7e6], { atol: 1e-13 });
    await expect(b).toBeAllClose([-6 / 7e6], { atol: 1e-13 });
    state.dispose();
  });

  test('leaves small gradients as they are, bit for bit', async () => {
    const { a: clipped, state: first } = run(adam({ clipNorm: 100 }), 3);
    const expected = await clipped.data();
    first.dispose();
    variables.forEach((owned) => owned.dispose());
    const { a, state } = run(adam(), 3);
    expect(await a.data()).toEqual(expected);
    state.dispose();
  });
});

describe('OptimizerState', () => {
  test('names its tensors by the paths, and goes on from them bit for bit', async () => {
    const optimizer = adamW({ ema: 0.9, clipNorm: 2 });
    const { a, b, state } = run(optimizer, 3);
    expect([...state.tensors().keys()]).toEqual([
      'first/a',
      'first/b',
      'second/a',
      'second/b',
      'average/a',
      'average/b',
    ]);
    const resumed = optimizer.init(variables);
    resumed.restore(state.step, state.tensors());
    const weights = [a.clone(), b.clone()];
    const step = (from: typeof state) =>
      tidy(() => from.update({ [a.name]: tensor1d([1, 2, 3]), [b.name]: scalar(-1) }));
    step(state);
    const expected = [await a.data(), await b.data()];
    a.assign(weights[0]);
    b.assign(weights[1]);
    step(resumed);
    expect([await a.data(), await b.data()]).toEqual(expected);
    expect(resumed.step).toBe(4);
    for (const [name, tensor] of resumed.tensors())
      expect(await tensor.data(), name).toEqual(await state.tensors().get(name)!.data());
    weights.forEach((weight) => weight.dispose());
    state.dispose();
    resumed.dispose();
  });

  test('restore refuses what is missing or misshapen, and then keeps its state', () => {
    const { state } = run(adam(), 1);
    const tensors = state.tensors();
    expect(() => state.restore(2, new Map())).toThrow(
      'OptimizerState: tensors must have first/a, got none of that name',
    );
    expect(() => state.restore(2, new Map([...tensors, ['second/a', scalar(0)]]))).toThrow(
      'OptimizerState: second/a must be [3], got []',
    );
    expect(() => state.restore(-1, tensors)).toThrow('OptimizerState: step must be an integer of at least 0, got -1');
    expect(state.step).toBe(1);
    state.dispose();
  });

  test('leaves out what is not trainable', () => {
    variables = new Map<string, Variable>([
      ['fixed', variable(scalar(1), false)],
      ['free', variable(scalar(1))],
    ]);
    using state = adam().init(variables);
    expect([...state.variables.keys()]).toEqual(['free']);
  });

  test('a variable without a gradient counts as having gradient 0', async () => {
    variables = new Map<string, Variable>([
      ['used', variable(scalar(1))],
      ['unused', variable(scalar(2))],
    ]);
    using state = adam({ ema: 0.5 }).init(variables);
    tidy(() => state.update({ [variables.get('used')!.name]: scalar(1) }));
    await expect(variables.get('unused')!).toBeAllClose(2);
    await state.withAverage(async () => expect(variables.get('unused')!).toBeAllClose(2));
  });

  test('a gradient of another shape, or a rate that is no rate, is refused before anything changes', async () => {
    variables = new Map<string, Variable>([['x', variable(scalar(1))]]);
    const x = variables.get('x')!;
    using state = adam({ learningRate: (step) => (step === 0 ? 1 : Number.NaN) }).init(variables);
    expect(() => tidy(() => state.update({ [x.name]: ones([2]) }))).toThrow(
      'OptimizerState: gradient of x must be [], got [2]',
    );
    tidy(() => state.update({ [x.name]: scalar(1) }));
    expect(() => tidy(() => state.update({ [x.name]: scalar(1) }))).toThrow(
      'learningRate at step 1 must be a finite number of at least 0, got NaN',
    );
    expect(state.step).toBe(1);
    await expect(x).toBeAllClose(0);
  });

  test('withAverage puts the weights back after an error, sync or async, and before the first step changes nothing', async () => {
    variables = new Map<string, Variable>([['x', variable(scalar(1))]]);
    const x = variables.get('x')!;
    using state = adam({ learningRate: 1, ema: 0.9 }).init(variables);
    await expect(state.withAverage(() => x.clone())).toBeAllClose(1);
    for (let i = 0; i < 2; i++) tidy(() => state.update({ [x.name]: scalar(1) }));
    const weight = await x.data();
    // w₁ = 0 and w₂ = −1, so the corrected average is −0.1 / 0.19.
    await expect(state.withAverage(() => x.clone())).toBeAllClose(-0.1 / 0.19);
    expect(() => {
      state.withAverage(() => {
        throw new Error('sync');
      });
    }).toThrow('sync');
    expect(await x.data()).toEqual(weight);
    await expect(state.withAverage(() => Promise.reject(new Error('async')))).rejects.toThrow('async');
    expect(await x.data()).toEqual(weight);
  });

  test('what shares the old weights keeps them', async () => {
    variables = new Map<string, Variable>([['x', variable(tensor1d([1, 2]))]]);
    const x = variables.get('x')!;
    using state = adam().init(variables);
    const before = reshape(x, [2, 1]);
    tidy(() => state.update({ [x.name]: tensor1d([1, 1]) }));
    expect([...(await before.data())]).toEqual([1, 2]);
    before.dispose();
  });

  test.each([
    ['adam', adam({ clipNorm: 1, ema: 0.9 })],
    ['adamW', adamW()],
    ['adamax', adamax({ ema: 0.9 })],
  ])('%s: memory stays flat, and dispose frees all', async (_, optimizer) => {
    variables = new Map<string, Variable>([['x', variable(ones([3]))]]);
    await expect(() => {
      const state = optimizer.init(variables);
      const step = () => tidy(() => state.update(variableGrads(() => sum(square(variables.get('x')!))).grads));
      step();
      const { numTensors, numBytes } = memory();
      for (let i = 0; i < 20; i++) step();
      state.withAverage(() => undefined);
      expect(memory()).toMatchObject({ numTensors, numBytes });
      return state;
    }).toLeakNoTensor();
  });
});

test.each([
  [() => adam({ learningRate: -1 }), 'constant: rate must be a finite number of at least 0, got -1'],
  [() => adam({ beta1: 1 }), 'adam: beta1 must be at least 0 and below 1, got 1'],
  [() => adamax({ beta2: -0.1 }), 'adamax: beta2 must be at least 0 and below 1, got -0.1'],
  [() => adam({ epsilon: 0 }), 'adam: epsilon must be a finite number above 0, got 0'],
  [() => adam({ l2: -1 }), 'adam: l2 must be a finite number of at least 0, got -1'],
  [() => adamW({ weightDecay: Number.NaN }), 'adamW: weightDecay must be a finite number of at least 0, got NaN'],
  [() => adam({ clipNorm: 0 }), 'adam: clipNorm must be a finite number above 0, got 0'],
  [() => adam({ ema: 1 }), 'adam: ema must be at least 0 and below 1, got 1'],
])('a bad option gives a clear error (%#)', (build, message) => {
  expect(build).toThrow(message);
});

test('vectors of every length agree with plain operations, and what shares the moments keeps them', async () => {
  const shapes = [[1], [4], [7], [3, 7], [64]];
  const options = { learningRate: 0.1, clipNorm: 5, ema: 0.8 };
  const train = (optimizer: Optimizer) => {
    const own = new Map(shapes.map((shape, i) => [`${i}`, variable(normal(key(i), shape))]));
    const state = optimizer.init(own);
    for (let t = 0; t < 5; t++) {
      tidy(() =>
        state.update(
          Object.fromEntries([...own.values()].map(({ name }, i) => [name, normal(key(100 * t + i), shapes[i])])),
        ),
      );
    }
    return { own, state };
  };
  const backendName = getBackend();
  for (const optimizer of [adam(options), adamW(options), adamax(options)]) {
    await setBackend('cpu');
    const plain = train(optimizer);
    await setBackend(backendName);
    const { own, state } = train(optimizer);
    for (const [path, weights] of own) await expect(weights).toBeAllClose(plain.own.get(path)!);
    for (const [path, tensor] of state.tensors()) await expect(tensor).toBeAllClose(plain.state.tensors().get(path)!);

    const shared = [...state.tensors().values()].map((tensor) => reshape(tensor, [tensor.size]));
    const before = await Promise.all(shared.map((tensor) => tensor.data()));
    tidy(() => state.update(Object.fromEntries([...own.values()].map(({ name, shape }) => [name, ones(shape)]))));
    expect(await Promise.all(shared.map((tensor) => tensor.data()))).toEqual(before);
    dispose([...own.values(), ...plain.own.values(), ...shared]);
    state.dispose();
    plain.state.dispose();
  }
});
