import { backend, type TensorInfo } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { disagreements } from './self-check.js';
import { hasRelaxedSimd, type KernelBuild, setExperiment, WIDE_VECTORS } from '../wasm/kernel-build.js';
import { detachedModule, type WasmBackend, type WasmModule } from '../wasm/wasm-module.js';

const moduleOf = (build: KernelBuild) => detachedModule(backend() as unknown as WasmBackend, build);

/** The V8 of Node 20 and 22 makes no 256-bit vectors of the wide build, and takes a minute to optimize it. */
const builds = (['relaxed', 'wide'] as const).filter(
  (build) => hasRelaxedSimd() && (build === 'relaxed' || Number.parseInt(process.versions.v8) >= 13),
);

/** A module in which one function gets the first number of each of its results wrong by 0.01. */
function withFault(module: WasmModule, name: keyof WasmModule['functions']): WasmModule {
  const outputs: TensorInfo[] = [];
  const recorded = (tensor: TensorInfo) => {
    outputs.push(tensor);
    return tensor;
  };
  const run = module.functions[name] as (...args: number[]) => void;
  return {
    ...module,
    output: (shape, dtype) => recorded(module.output(shape, dtype)),
    outputInPlace: (tensor) => recorded(module.outputInPlace(tensor)),
    functions: {
      ...module.functions,
      [name]: (...args: number[]) => {
        run(...args);
        for (const output of outputs.splice(0)) module.memory.float32[module.address(output) / 4] += 0.01;
      },
    },
  };
}

describe('the check of a build', () => {
  test('passes a build against itself, and leaves no tensors', async () => {
    const { numDataIds } = backend() as unknown as { numDataIds(): number };
    const [module, reference] = [await moduleOf('plain'), await moduleOf('plain')];
    const before = numDataIds.call(backend());
    expect(disagreements(module, reference)).toEqual([]);
    expect(numDataIds.call(backend())).toBe(before);
  });

  test.each(builds)(
    'passes the %s build, as it comes and optimized: within 3e-6 of the plain one, but for attention, five positions deep, within 3e-5',
    // A fused product rounds once where two operations round twice; the normalised layers of attention amplify that from position to position.
    // V8 12 takes half a minute of an idle core to optimize the tiles.
    { timeout: 300_000 },
    async (build) => {
      const reference = await moduleOf('plain');
      expect(disagreements(await moduleOf(build), reference)).toEqual([]);
      if (build === 'wide') setExperiment(WIDE_VECTORS, true);
      const module = await moduleOf(build);
      const [close, closest] = [3e-5, 3e-6].map((tolerance) =>
        disagreements(module, reference, { isOptimized: true, tolerance }),
      );
      if (build === 'wide') setExperiment(WIDE_VECTORS, false);
      expect(close).toEqual([]);
      for (const name of closest) expect(name).toMatch(/^CausalTransformer/);
    },
  );

  const faults = {
    matMul: 'MatMul',
    epilogueGradient: 'DenseGradient',
    maskedNetwork: 'MaskedNetwork',
    maskedNetworkGradient: 'MaskedNetworkGradient',
    lstm: 'Lstm',
    attention: 'CausalTransformer',
    splines: 'RationalQuadraticSpline',
    splinesGradient: 'RationalQuadraticSplineGradient',
    affineMaps: 'AffineMap',
    affineMapsGradient: 'AffineMapGradient',
    mixtures: 'MixtureQuantile',
    mixturesGradient: 'MixtureQuantileGradient',
    adam: 'Adam',
    standardNormalLogProb: 'StandardNormalLogProb',
    standardNormalLogProbGradient: 'StandardNormalLogProbGradient',
    normalDraw: 'NormalDraw',
    normalDrawGradient: 'NormalDrawGradient',
    softBound: 'SoftBound',
    softBoundGradient: 'SoftBoundGradient',
    bernoulliLogProb: 'BernoulliLogProb',
    bernoulliEventLogProb: 'BernoulliEventLogProb',
    normal: 'KeyedNormal',
    uniform: 'KeyedUniform',
    // Adds up the gradients of sequences' weights.
    sumChunks: 'LstmGradient',
  } as const;
  test.each(Object.entries(faults))('finds a fault in %s', async (name, kernel) => {
    const reference = await moduleOf('plain');
    const broken = withFault(await moduleOf('plain'), name as keyof WasmModule['functions']);
    expect(disagreements(broken, reference)).toContain(kernel);
  });
});
