import {
  Cast,
  type DataType,
  dispose,
  engine,
  getKernelsForBackend,
  type KernelConfig,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

const corrected = new WeakSet<KernelConfig>();

/**
 * Makes every kernel of a backend find its inputs stored as the types that they say they are; a second time it changes nothing.
 *
 * On `cpu` and `webgl`, `tf.cast` of truth values to numbers and of integers to float32 gives the same data another type, and data moved to
 * another backend are stored there as the type that they had first. A kernel that went by the tensor's type would read bytes of integers
 * as floating-point numbers. Casts from before this call are among them, so that the kernels have to see to it and not the cast.
 */
export function correctInputTypes(backendName: string): void {
  for (const config of getKernelsForBackend(backendName)) {
    if (corrected.has(config)) continue;
    corrected.add(config);
    const { kernelFunc } = config;
    config.kernelFunc = (call) => {
      if (isAlone(backendName) || !hasRelabelled(call.inputs)) return kernelFunc(call);
      const copies: Tensor[] = [];
      // Operations on many tensors have them in an array.
      const inputs = (Array.isArray(call.inputs) ? [...call.inputs] : { ...call.inputs }) as NamedTensorInfoMap;
      for (const name in inputs) {
        if (!isRelabelled(inputs[name])) continue;
        const copy = convert(inputs[name]!);
        inputs[name] = copy;
        copies.push(copy);
      }
      try {
        return kernelFunc({ ...call, inputs });
      } finally {
        dispose(copies);
      }
    };
  }
}

/** Whether there has been another backend, whose data may have been moved. */
let hasCompany = false;

/** Whether a backend has always been the only one: before a small kernel that costs less than to look at its inputs. */
function isAlone(backendName: string): boolean {
  if (!hasCompany) for (const name in engine().registry) hasCompany ||= name !== backendName;
  return !hasCompany;
}

function hasRelabelled(inputs: NamedTensorInfoMap): boolean {
  // It runs before every kernel, and therefore makes no array of the inputs.
  for (const name in inputs) if (isRelabelled(inputs[name])) return true;
  return false;
}

/** Whether a tensor's data are stored as another type than its own, or will be once they are moved. An input may be missing. */
function isRelabelled(input: TensorInfo | undefined): boolean {
  const stored = input && storedType(input.dataId);
  return stored !== undefined && stored !== input!.dtype;
}

function storedType(dataId: TensorInfo['dataId']): DataType | undefined {
  return engine().state.tensorInfo.get(dataId)?.dtype;
}

function convert({ dataId, shape, dtype }: TensorInfo): Tensor {
  const x = { dataId, shape, dtype: storedType(dataId)! };
  return engine().runKernel(Cast, { x } as never, { dtype }) as Tensor;
}
