import { memory, square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { foldIn, formatShape, type Key, key, normal, type Seed, sizeOf, split, vjp } from '@pushforward/tensor';
import {
  addNoise,
  assertClose,
  assertFreed,
  assertRefused,
  assertSame,
  broken,
  makeModule,
  normalValues,
  otherTypes,
  readValues,
  rebuilt,
  repetitions,
  toTensor,
  trainingStep,
  type Values,
  wholeNumbers,
} from '@pushforward/tensor/testing';
import type { Network } from '../contract/network.js';

/** Options of {@link checkNetwork}. */
export interface CheckNetworkOptions {
  /** Paths of variables whose gradient may be zero everywhere. Default none. */
  idle?: readonly string[];
  /** The standard deviation of the noise added to every trainable variable before the laws are checked. Default 0.3. */
  noise?: number;
  /** Relative and absolute tolerance. Default 1e-4. */
  tolerance?: number;
  /** The number of training steps that must leave no tensor behind. Default 5, or what `repetitions` makes of that. */
  steps?: number;
  /** An integer or a key for noise and points. Default 0. */
  seed?: Seed;
}

interface Subject {
  readonly network: Network;
  readonly tolerance: number;
  readonly key: Key;
  readonly x: Values;
  readonly context?: Values;
}

/** The number of inputs in the batch that the laws look at. */
const ROWS = 6;

/**
 * Checks every law that a network must obey, on the backend in use:
 *
 * - shapes: sizes that agree with each other, any number of leading batch axes, an empty batch, a context that broadcasts, and inputs as vectors;
 * - a row of NaN stays in its row;
 * - the same numbers for int32, bool and float32;
 * - a finite gradient, not only zeros, for every trainable variable, the input and the context;
 * - a configuration from which `buildModule` rebuilds the same network bit for bit;
 * - errors for what does not fit;
 * - no leaked tensor in any call, over training steps, and after `dispose`.
 *
 * @param make gives a new network each time; its variables are moved off their start by seeded noise
 * @throws Error that names the first law broken, where and by how much
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { Mlp } from '@pushforward/made';
 * import { checkNetwork } from '@pushforward/made/testing';
 *
 * await checkNetwork(() => new Mlp({ inputDim: 3, hidden: [16], outputDim: 2, seed: 0 }));
 * ```
 */
export async function checkNetwork(
  make: () => Network,
  { idle = [], noise = 0.3, tolerance = 1e-4, steps = repetitions(5), seed = 0 }: CheckNetworkOptions = {},
): Promise<void> {
  const [noiseKey, xKey, contextKey, weightKey] = split(key(seed), 4);
  const network = make();
  addNoise(network.trainableVariables(), noiseKey, noise);
  const x = await normalValues(xKey, [ROWS, ...network.inputShape]);
  const { contextDim } = network;
  const context = contextDim > 0 ? await normalValues(contextKey, [ROWS, contextDim]) : undefined;
  const subject: Subject = { network, tolerance, key: weightKey, x, context };
  await checkShapes(subject);
  await checkNaN(subject);
  await checkTypes(subject);
  await checkGradients(subject, idle);
  await checkConfig(subject);
  checkRefusals(network);
  checkMemory(make, subject, steps);
  network.dispose();
}

async function evaluate({ network }: Subject, x: Values, context?: Values): Promise<Values> {
  const [result] = await readValues(() => [network.apply(toTensor(x), context && toTensor(context))]);
  return result;
}

/** The first rows, under another batch shape. */
function withBatch({ data, shape }: Values, batch: readonly number[]): Values {
  const event = shape.slice(1);
  return { data: Array.from(data).slice(0, sizeOf(batch) * sizeOf(event)), shape: [...batch, ...event] };
}

async function checkShapes(subject: Subject): Promise<void> {
  const law = 'shapes';
  const { network, x, context, tolerance } = subject;
  const { inputShape, outputShape, inputDim, outputDim } = network;
  if (sizeOf(inputShape) !== inputDim || sizeOf(outputShape) !== outputDim) {
    broken(
      network,
      law,
      `inputDim and outputDim must be the sizes of ${formatShape(inputShape)} and ${formatShape(outputShape)}, got ${inputDim} and ${outputDim}`,
    );
  }
  const reference = await evaluate(subject, x, context);
  for (const batch of [[ROWS], [], [2, 3], [0], [2, 0]]) {
    const found = await evaluate(subject, withBatch(x, batch), context && withBatch(context, batch));
    const what = `the result of a batch of shape ${formatShape(batch)}`;
    const wanted = [...batch, ...outputShape];
    if (formatShape(found.shape) !== formatShape(wanted))
      broken(network, law, `${what} must be ${formatShape(wanted)}, got ${formatShape(found.shape)}`);
    assertClose(network, law, what, found.data, Array.from(reference.data).slice(0, sizeOf(wanted)), tolerance);
  }
  const flat = { data: x.data, shape: [ROWS, inputDim] };
  const [vectors] = await readValues(() => [network.applyToVectors(toTensor(flat), context && toTensor(context))]);
  if (formatShape(vectors.shape) !== formatShape([ROWS, outputDim]))
    broken(network, law, `vectors must be ${formatShape([ROWS, outputDim])}, got ${formatShape(vectors.shape)}`);
  assertClose(network, law, 'vectors', vectors.data, reference.data, tolerance);
  if (!context) return;
  const one = withBatch(context, []);
  const repeated = { data: Array.from({ length: ROWS }, () => Array.from(one.data)).flat(), shape: context.shape };
  const [few, many] = [await evaluate(subject, x, one), await evaluate(subject, x, repeated)];
  assertClose(network, law, 'the result of one context for all', few.data, many.data, tolerance);
}

/** A row of NaN gives NaN, and leaves the other rows as they are. */
async function checkNaN(subject: Subject): Promise<void> {
  const law = 'NaN staying where it is';
  const { network, x, context, tolerance } = subject;
  if (network.inputDim === 0) return;
  const clean = await evaluate(subject, x, context);
  const data = Array.from(x.data, (value, i) => (i < network.inputDim ? NaN : value));
  const found = await evaluate(subject, { ...x, data }, context);
  const others = ({ data }: Values) => Array.from(data).slice(network.outputDim);
  assertClose(network, law, 'the other rows', others(found), others(clean), tolerance);
}

async function checkTypes(subject: Subject): Promise<void> {
  const law = 'the same numbers for every type';
  const { network, x, context, tolerance } = subject;
  for (const dtype of otherTypes) {
    const whole = { data: wholeNumbers(x.data, dtype), shape: x.shape };
    const expected = await evaluate(subject, whole, context);
    const [found] = await readValues(() => [
      network.apply(tensor(Array.from(whole.data), [...whole.shape], dtype), context && toTensor(context)),
    ]);
    assertClose(network, law, `the result for ${dtype}`, found.data, expected.data, tolerance);
  }
}

async function checkGradients({ network, x, context, key }: Subject, idle: readonly string[]): Promise<void> {
  const law = 'a gradient for every variable';
  const trainable = [...network.variables()].filter(([, variable]) => variable.trainable);
  const names = ['the input', ...(context ? ['the context'] : []), ...trainable.map(([path]) => path)];
  const found = await readValues(() => {
    const [input, given] = [toTensor(x), context && toTensor(context)];
    const leaves = [input, ...(given ? [given] : []), ...trainable.map(([, variable]) => variable)];
    const run = (...taken: Tensor[]) => network.apply(taken[0], given && taken[1]);
    return vjp(run, leaves, [normal(foldIn(key, 10), [ROWS, ...network.outputShape])]);
  });
  for (const [i, name] of names.entries()) {
    const numbers = Array.from(found[i].data);
    const wrong = numbers.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) broken(network, law, `the gradient of ${name} must be finite, got ${wrong}`);
    if (numbers.length > 0 && !idle.includes(name) && numbers.every((value) => value === 0))
      broken(network, law, `the gradient of ${name} is zero everywhere over ${ROWS} inputs`);
  }
}

async function checkConfig(subject: Subject): Promise<void> {
  const law = 'a configuration that rebuilds';
  const { network, x, context } = subject;
  const copy = rebuilt(network, law);
  const [expected, found] = [
    await evaluate(subject, x, context),
    await evaluate({ ...subject, network: copy }, x, context),
  ];
  assertSame(network, law, 'result', found.data, expected.data);
  copy.dispose();
}

/** Arguments that do not fit are refused with an error that says what came, and without leaking. */
function checkRefusals(network: Network): void {
  const { inputShape, contextDim } = network;
  const fitting = contextDim > 0 ? [contextDim] : undefined;
  const wide = [2, ...inputShape.slice(0, -1), inputShape.at(-1)! + 1];
  const cases: { x: number[]; context?: number[]; mentions: string }[] = [
    { x: wide, context: fitting, mentions: formatShape(wide) },
    { x: [], context: fitting, mentions: '[]' },
    { x: [2, ...inputShape], context: [2, contextDim + 1], mentions: `[2, ${contextDim + 1}]` },
  ];
  if (contextDim > 0) cases.push({ x: [2, ...inputShape], mentions: 'context' });
  for (const { x, context, mentions } of cases) {
    const [input, given] = [zeros(x), context && zeros(context)];
    const what = `${formatShape(x)} with ${context ? `a context of ${formatShape(context)}` : 'no context'}`;
    assertRefused(network, what, () => network.apply(input, given), mentions);
    input.dispose();
    given?.dispose();
  }
}

/** No call leaves a tensor behind but its result, nor do training steps, and dispose frees all the rest. */
function checkMemory(make: () => Network, { x, context }: Subject, steps: number): void {
  const start = memory().numTensors;
  const network = makeModule(make);
  const [input, given] = [toTensor(x), context && toTensor(context)];
  const before = memory().numTensors;
  network.apply(input, given).dispose();
  if (input.isDisposed || given?.isDisposed)
    broken(network, 'no leaked tensor', 'apply must leave its arguments alone, got a disposed one');
  assertFreed(network, 'apply', before);
  const loss = () => sum(square(network.apply(input, given)));
  for (let step = 0; step < steps; step++) {
    trainingStep(loss, network.trainableVariables());
    assertFreed(network, `training step ${step + 1}`, before);
  }
  input.dispose();
  given?.dispose();
  network.dispose();
  assertFreed(network, 'dispose', start);
}
