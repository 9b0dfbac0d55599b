/** N numbers, each with parameters of its own, and where what becomes of them goes. */
@unmanaged
export class TransformArrays {
  rows: i32;
  parameterCount: i32;
  /** `[N]` */
  input: usize;
  /** `[N, parameterCount]` */
  parameters: usize;
  /** The results, `[N]`; or their cotangents. */
  value: usize;
  logDet: usize;
  /** The gradients of input and parameters; 0 where none are asked for. */
  inputGradient: usize;
  parameterGradient: usize;
  /** The work space of all threads. */
  work: usize;
}
