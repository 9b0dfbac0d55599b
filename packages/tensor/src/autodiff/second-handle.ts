import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** A clone that the tape does not record, without the steps of an operation: the numbers are shared, and counted as held once more. */
export function secondHandle(tensor: Tensor): Tensor {
  const { backend } = engine().state.tensorInfo.get(tensor.dataId)!;
  backend.incRef(tensor.dataId);
  return engine().makeTensorFromTensorInfo(tensor, backend);
}
