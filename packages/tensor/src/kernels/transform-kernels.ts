import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { Arena } from '../wasm/arena.js';
import type { TransformArraysFields } from '../wasm/structs.generated.js';
import type { WasmModule } from '../wasm/wasm-module.js';

/** The kernels and structures of one family of transforms. */
interface TransformFamily<Form> {
  readonly name: string;
  readonly apply: (wasm: WasmModule, struct: number) => void;
  readonly applyGradient: (wasm: WasmModule, struct: number) => void;
  readonly structBytes: number;
  /** Bytes of a thread's work space, in whole cache lines. */
  readonly workBytes: (wasm: WasmModule, form: Form, parameterCount: number) => number;
  readonly writeStruct: (wasm: WasmModule, address: number, form: Form, arrays: TransformArraysFields) => void;
}

/** A kernel as the backends register it. */
export interface TransformKernel {
  readonly name: string;
  readonly wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule) => TensorInfo[];
}

/**
 * The kernels of transforms of N numbers, each with raw parameters of its own.
 *
 * @returns a kernel from the numbers `[N]`, or of any shape, and their parameters `[N, P]` to the values and log-derivatives, `[N]`; and one from the numbers, the parameters and the
 * cotangents of these to the gradients of the first two
 */
export function transformKernels<Form>(
  family: TransformFamily<Form>,
): [kernel: TransformKernel, gradientKernel: TransformKernel] {
  return [
    {
      name: family.name,
      wasm: (inputs, attrs, wasm) => {
        const [x, parameters] = Object.values(inputs) as TensorInfo[];
        const results = [wasm.output(x.shape), wasm.output(x.shape)];
        family.apply(wasm, layOut(family, wasm, attrs as unknown as Form, [x, parameters, ...results]));
        return results;
      },
    },
    {
      name: `${family.name}Gradient`,
      wasm: (inputs, attrs, wasm) => {
        const operands = Object.values(inputs) as TensorInfo[];
        const gradients = operands.slice(0, 2).map(({ shape }) => wasm.output(shape));
        family.applyGradient(wasm, layOut(family, wasm, attrs as unknown as Form, [...operands, ...gradients]));
        return gradients;
      },
    },
  ];
}

/** Writes the structure of one call; the threads' own memory follows it. */
function layOut<Form>(
  { structBytes, workBytes, writeStruct }: TransformFamily<Form>,
  wasm: WasmModule,
  form: Form,
  [input, parameters, value, logDet, inputGradient, parameterGradient]: readonly TensorInfo[],
): number {
  const parameterCount = parameters.shape.at(-1)!;
  const arena = new Arena();
  const struct = arena.reserve(structBytes);
  const work = arena.reserve(wasm.threads * workBytes(wasm, form, parameterCount));
  const base = wasm.scratch(arena.bytes);
  writeStruct(wasm, base + struct, form, {
    rows: util.sizeFromShape(input.shape),
    parameterCount,
    input: wasm.address(input),
    parameters: wasm.address(parameters),
    value: wasm.address(value),
    logDet: wasm.address(logDet),
    inputGradient: inputGradient ? wasm.address(inputGradient) : 0,
    parameterGradient: parameterGradient ? wasm.address(parameterGradient) : 0,
    work: base + work,
  });
  return base + struct;
}
