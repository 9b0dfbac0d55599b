import { engine, getKernel, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs a {@link CustomKernel} on the backend in use, without a gradient: {@link withGradients} adds one and records the operation on the tape.
 * TensorFlow.js's own `runKernel` would open scopes and look at the tape once more, at a third of the cost of a small kernel; it is used while
 * profiling, so that a profile shows the kernel.
 *
 * Every launch goes through here, and the kernels take all tensors for float32: so this is where tensors are checked. A tensor of another backend
 * is moved when the kernel asks for its address, as by any kernel of TensorFlow.js.
 *
 * @throws Error if the backend does not have the kernel, or a tensor is disposed of or not float32
 */
export function runKernel(name: string, inputs: readonly Tensor[], attrs: object = {}): Tensor[] {
  for (const input of inputs) {
    if (input.isDisposed) throw new Error('Tensor is disposed.');
    if (input.dtype !== 'float32') throw new Error(`${name}: every tensor must be float32, got ${input.dtype}`);
  }
  const { backend, backendName, state } = engine();
  if (state.profiling) return [engine().runKernel(name, { ...inputs } as never, attrs as never)].flat() as Tensor[];
  const kernel = getKernel(name, backendName);
  if (!kernel) throw new Error(`${name}: backend '${backendName}' has no such kernel`);
  // A list is named by its places as it is; to copy one of a hundred tensors would cost as much as a small kernel.
  const infos = kernel.kernelFunc({ inputs: inputs as never, attrs: attrs as never, backend });
  return Array.isArray(infos)
    ? infos.map((info) => engine().makeTensorFromTensorInfo(info))
    : [engine().makeTensorFromTensorInfo(infos)];
}
