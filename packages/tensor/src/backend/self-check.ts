import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { adamKernel } from '../kernels/adam/wasm.js';
import type { AdamConstants } from '../kernels/adam/contract.js';
import {
  bernoulliEventGradientKernel,
  bernoulliEventKernel,
  bernoulliGradientKernel,
  bernoulliKernel,
} from '../kernels/bernoulli/wasm.js';
import type { AffineForm } from '../kernels/affine/contract.js';
import type { MaskedNetwork, MaskedNetworkAttrs } from '../kernels/masked-network/contract.js';
import { affineGradientKernel, affineKernel } from '../kernels/affine/wasm.js';
import { maskedNetworkGradientKernel, maskedNetworkKernel } from '../kernels/masked-network/wasm.js';
import { filterGradientKernel } from '../kernels/convolution/filter-gradient.js';
import { convolutionKernel, transposedConvolutionKernel } from '../kernels/convolution/wasm.js';
import { windowOver } from '../kernels/convolution/window.js';
import { biasGradientKernel, denseGradientKernel, denseKernel } from '../kernels/product/linear-wasm.js';
import { matMulWasm } from '../kernels/product/mat-mul.js';
import type { AttentionAttrs } from '../kernels/sequence/attention-contract.js';
import { attentionGradientKernel, attentionKernel } from '../kernels/sequence/attention-wasm.js';
import type { LstmAttrs } from '../kernels/sequence/lstm-contract.js';
import { lstmGradientKernel, lstmKernel } from '../kernels/sequence/lstm-wasm.js';
import type { MixtureForm } from '../kernels/mixture/contract.js';
import { mixtureGradientKernel, mixtureKernel } from '../kernels/mixture/wasm.js';
import type { SplineForm } from '../kernels/spline/contract.js';
import { normalDrawGradientKernel, normalDrawKernel } from '../kernels/normal-draw/wasm.js';
import { softBoundGradientKernel, softBoundKernel } from '../kernels/soft-bound/wasm.js';
import { splineGradientKernel, splineKernel } from '../kernels/spline/wasm.js';
import { logProbGradientKernel, logProbKernel } from '../kernels/standard-normal/wasm.js';
import { normalKernel, uniformKernel } from '../random/wasm.js';
import { optimized } from '../wasm/kernel-build.js';
import type { WasmModule } from '../wasm/wasm-module.js';

/** The tolerance between two builds, relative to a result's largest number: they round differently, and five positions in a row amplify it to 2e-5. */
const TOLERANCE = 1e-4;

interface CheckOptions {
  /** Whether the module runs until an engine has optimized what takes time in it: it is the optimizing compiler that experiments change. */
  readonly isOptimized?: boolean;
  /** The tolerance, relative to the largest number of each result. */
  readonly tolerance?: number;
}

/** The kernels, by name, for which two modules in the same memory disagree, each run on a small problem of sizes that no register tile divides. */
export function disagreements(
  module: WasmModule,
  reference: WasmModule,
  { isOptimized = false, tolerance = TOLERANCE }: CheckOptions = {},
): string[] {
  const names = new Set<string>();
  const operands = new Operands();
  const expected = runAll(reference, operands);
  const compare = (repetitions: number) => {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const results = runAll(module, operands);
      // Before any function is optimized and after all are; what JavaScript does here takes longer than the kernels.
      if (repetition > 0 && repetition < repetitions - 1) continue;
      for (const [i, { name, numbers }] of results.entries()) {
        if (!agrees(numbers, expected[i].numbers, tolerance)) names.add(name);
      }
    }
  };
  if (isOptimized) optimized(compare);
  else compare(1);
  return [...names];
}

function agrees(numbers: Float32Array, expected: Float32Array, tolerance: number): boolean {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  for (let i = 0; i < numbers.length; i++) {
    // Also where one is NaN.
    if (!(Math.abs(numbers[i] - expected[i]) <= tolerance * largest)) return false;
  }
  return true;
}

/** Numbers between −0.6 and 0.6 for the operands of all kernels, the same in each run. */
class Operands {
  #numbers = new Float32Array();
  #given = 0;

  /** Begins from the first number. */
  restart(): void {
    this.#given = 0;
  }

  /** The next `count` numbers. */
  next(count: number): Float32Array {
    const begin = this.#given;
    this.#given += count;
    const known = this.#numbers.length;
    if (this.#given > known) {
      const more = new Float32Array(2 * this.#given);
      more.set(this.#numbers);
      for (let i = known; i < more.length; i++) more[i] = 0.6 * Math.sin((i + 1) * 1.7);
      this.#numbers = more;
    }
    return this.#numbers.subarray(begin, this.#given);
  }
}

interface Result {
  readonly name: string;
  readonly numbers: Float32Array;
}

type Kernel = {
  readonly name: string;
  readonly wasm?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule) => TensorInfo | TensorInfo[];
};

/** Events: two tiles of 16, and some of a third. */
const ROWS = 37;
const DIM = 5;
const ORDER = [0, 1, 2, 3, 4];
const FORM: AffineForm = { logScale: 'bounded', bound: 3, sign: 1, before: 0, after: 1 };

/** The parameters of five splines of five bins, linear in what comes before. */
const LINEAR: MaskedNetwork = {
  order: ORDER,
  starts: [0, 1, 2, 3, 4, 5],
  activation: 'relu',
  layers: [{ from: 0, isOutput: true, starts: [0, 14, 28, 42, 56, 70] }],
};

/** Every kernel's results, in one order. */
function runAll(wasm: WasmModule, operandNumbers: Operands): Result[] {
  const results: Result[] = [];
  const live: TensorInfo[] = [];
  operandNumbers.restart();
  const keep = (tensor: TensorInfo) => {
    live.push(tensor);
    return tensor;
  };
  const tensor = (...shape: number[]): TensorInfo => {
    const made = keep(wasm.output(shape));
    numbersOf(wasm, made).set(operandNumbers.next(util.sizeFromShape(shape)));
    return made;
  };
  const run = (kernel: Kernel, operands: TensorInfo[], attrs: object): TensorInfo[] => {
    const outputs = [kernel.wasm!(Object.fromEntries(operands.entries()), attrs as NamedAttrMap, wasm)].flat();
    for (const output of outputs) {
      keep(output);
      results.push({ name: kernel.name, numbers: numbersOf(wasm, output).slice() });
    }
    return outputs;
  };
  /** A kernel whose last output is for its gradient's eyes, and the gradient. */
  const runWithGradient = (kernel: Kernel, gradient: Kernel, operands: TensorInfo[], attrs: object) => {
    const before = results.length;
    const outputs = run(kernel, operands, attrs);
    // Residuals are laid out with gaps.
    results.splice(before + outputs.length - 1);
    const cotangents = outputs.slice(0, -1).map(({ shape }) => tensor(...shape));
    run(gradient, [...operands, outputs.at(-1)!, ...cotangents], attrs);
  };

  try {
    for (const depth of [21, 300]) {
      // Of the widths that tiles may have, 39 columns fill those of 8 best, and 41 those of 12.
      for (const columns of [39, 41]) {
        for (const [transposeA, transposeB] of [
          [false, false],
          [false, true],
          [true, false],
          [true, true],
        ]) {
          const a = transposeA ? tensor(depth, 14) : tensor(14, depth);
          const b = transposeB ? tensor(columns, depth) : tensor(depth, columns);
          run(
            {
              name: 'MatMul',
              wasm: ({ 0: x, 1: y }, attrs) => matMulWasm({ a: x, b: y } as NamedTensorInfoMap, attrs, wasm)!,
            },
            [a, b],
            { transposeA, transposeB },
          );
        }
      }
    }
    const [dense, residual] = run(denseKernel, [tensor(ROWS, 21), tensor(21, 39), tensor(39)], {
      activation: 'silu',
      keep: true,
    });
    run(denseGradientKernel, [tensor(...dense.shape), residual], { activation: 'silu' });
    run(biasGradientKernel, [dense], {});

    const units = [0, 5, 10, 15, 20, 25];
    const network: MaskedNetworkAttrs['network'] = {
      order: ORDER,
      starts: [0, 1, 2, 3, 4, 5],
      activation: 'silu',
      layers: [
        { from: 0, isOutput: false, starts: units },
        { from: 1, isOutput: false, starts: units, skip: 1 },
        { from: 2, isOutput: true, starts: [0, 2, 4, 6, 8, 10] },
      ],
    };
    const weights = [tensor(DIM, 25), tensor(25, 25), tensor(25, 10), tensor(25), tensor(25), tensor(10)];
    for (const sequential of [false, true]) {
      const attrs: MaskedNetworkAttrs = { network, form: FORM, sequential, offsets: [4, 5, 6], keep: true };
      runWithGradient(maskedNetworkKernel, maskedNetworkGradientKernel, [tensor(ROWS, DIM), ...weights], attrs);
      // One event goes over the weights in another way.
      run(maskedNetworkKernel, [tensor(1, DIM), ...weights], { ...attrs, keep: false });

      const spline: SplineForm = {
        shape: { bins: 5, bound: 2, minWidth: 1e-3, minHeight: 1e-3, minDerivative: 1e-3 },
        isInverse: sequential,
      };
      const splines: MaskedNetworkAttrs = { network: LINEAR, form: spline, sequential, offsets: [2], keep: true };
      const linear = [tensor(DIM, 14 * DIM), tensor(14 * DIM)];
      runWithGradient(maskedNetworkKernel, maskedNetworkGradientKernel, [tensor(ROWS, DIM), ...linear], splines);

      const lstm: LstmAttrs = {
        network: { order: ORDER, parameterCount: 2, hidden: [7, 7] },
        form: FORM,
        sequential,
        keep: true,
        hasContext: false,
        hasStates: false,
      };
      const layers = [tensor(DIM, 28), tensor(7, 2), tensor(2), tensor(8, 28), tensor(14, 28), tensor(28)];
      runWithGradient(lstmKernel, lstmGradientKernel, [tensor(ROWS, DIM), ...layers], lstm);

      const attention: AttentionAttrs = {
        network: { order: ORDER, parameterCount: 2, width: 14, heads: 2, mlp: 15, activation: 'relu' },
        form: FORM,
        sequential,
        keep: true,
        blocks: 1,
      };
      const shared = [tensor(DIM, 14), tensor(1, 14), tensor(14), tensor(14), tensor(14, 2), tensor(2)];
      const block = [
        tensor(14),
        tensor(14),
        tensor(14, 42),
        tensor(14, 14),
        tensor(14),
        tensor(14),
        tensor(14),
        tensor(14, 15),
        tensor(15),
        tensor(15, 14),
        tensor(14),
      ];
      runWithGradient(attentionKernel, attentionGradientKernel, [tensor(ROWS, DIM), ...shared, ...block], attention);

      const points = [tensor(ROWS), tensor(ROWS, 14)];
      const placed = run(splineKernel, points, spline);
      run(splineGradientKernel, [...points, ...placed.map(({ shape }) => tensor(...shape))], spline);
    }

    const adam: AdamConstants = {
      rule: 'adam',
      decay1: 0.9,
      decay2: 0.99,
      smoothing: 1e-8,
      stepSize: 0.1,
      clipNorm: 1,
    };
    const moments = tensor(23);
    const second = tensor(23);
    numbersOf(wasm, second).forEach((x, i, all) => (all[i] = x * x));
    run(adamKernel, [tensor(23), tensor(23), moments, second], adam);
    run(logProbKernel, [tensor(ROWS, DIM)], { eventRank: 1 });
    run(logProbGradientKernel, [tensor(ROWS, DIM), tensor(ROWS)], { eventRank: 1 });
    const drawn = [tensor(ROWS, DIM), tensor(ROWS, DIM), tensor(2, ROWS, DIM)];
    const draws = run(normalDrawKernel, drawn, {});
    run(normalDrawGradientKernel, [...drawn, ...draws.map(({ shape }) => tensor(...shape))], {});
    const [bounded] = run(softBoundKernel, [tensor(41)], { bound: 7 });
    run(softBoundGradientKernel, [bounded, tensor(41)], { bound: 7 });
    const outcomes = tensor(41);
    numbersOf(wasm, outcomes).forEach((x, i, all) => (all[i] = x > 0 ? 1 : 0));
    const logits = tensor(3, 41);
    run(bernoulliKernel, [logits, outcomes], {});
    run(bernoulliGradientKernel, [logits, outcomes, tensor(3, 41)], {});
    const logProbs = run(bernoulliEventKernel, [logits, outcomes], { eventRank: 1 });
    run(bernoulliEventGradientKernel, [logits, outcomes, ...logProbs], { eventRank: 1 });
    const stream = { key: { high: 1, low: 2 }, shape: [ROWS] };
    run(normalKernel, [], stream);
    run(uniformKernel, [], { ...stream, lower: 0, upper: 1, scale: 2 ** -24 });
    // Behind the others, whose numbers are chosen so that rounding stays small through attention's normalised layers.
    for (const stride of [1, 2]) {
      const filters = tensor(3, 3, 5, 19);
      const window = windowOver('', [7, 9, 5], filters.shape, { stride, padding: 'same' });
      const images = tensor(3, 7, 9, 5);
      const attrs = { window, activation: 'silu', keep: true };
      const [y] = run(convolutionKernel, [images, filters, tensor(19)], attrs);
      run(filterGradientKernel, [images, tensor(...y.shape)], { window });
      run(transposedConvolutionKernel, [tensor(...y.shape), filters, tensor(5)], attrs);
    }
    const numbers = [tensor(ROWS, 2, 5), tensor(ROWS, 2, 5, 2)];
    run(affineKernel, numbers, FORM);
    run(affineGradientKernel, [...numbers, ...numbers.map(() => tensor(ROWS, 2, 5))], FORM);
    for (const family of ['logistic', 'gaussian'] as const) {
      for (const isInverse of [false, true]) {
        const limits = { logScaleBound: 7, affineBound: 5, flattest: -30 };
        const form: MixtureForm = { shape: { family, components: 3, affine: true, ...limits }, isInverse };
        const points = [tensor(ROWS), tensor(ROWS, 11)];
        const placed = run(mixtureKernel, points, form);
        run(mixtureGradientKernel, [...points, ...placed.map(({ shape }) => tensor(...shape))], form);
      }
    }

    return results;
  } finally {
    for (const tensorInfo of live) wasm.dispose(tensorInfo);
    wasm.release();
  }
}

/** A tensor's numbers, where they lie. */
function numbersOf(wasm: WasmModule, tensor: TensorInfo): Float32Array {
  const at = wasm.address(tensor) / 4;
  return wasm.memory.float32.subarray(at, at + util.sizeFromShape(tensor.shape));
}
