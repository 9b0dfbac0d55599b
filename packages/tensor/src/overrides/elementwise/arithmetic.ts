import {
  Add,
  broadcast_util,
  cast,
  div,
  type GradConfig,
  Greater,
  greater,
  GreaterEqual,
  greaterEqual,
  Less,
  less,
  LessEqual,
  lessEqual,
  LogicalAnd,
  Maximum,
  Minimum,
  mul,
  Multiply,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  neg,
  NotEqual,
  RealDiv,
  Sub,
  type Tensor,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WebGlBackend } from '../../gpu/backends.js';
import { unbroadcast } from '../../arrays/unbroadcast.js';
import { vectorAndAxes } from './vector-operand-webgpu.js';

/** How much an operand's result changes with the operand, times `dy`, in the broadcast shape. */
type Derivative = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;

/**
 * The stock arithmetic with gradients for all operands that broadcast: TensorFlow.js's own of `maximum` and `minimum` refuse them, and
 * those of the others refuse an axis of size 1 against one of size 0.
 *
 * **Numerics**: of equal operands, `maximum` and `minimum` give the whole gradient to the first, as TensorFlow.js does.
 */
export const arithmeticKernels: readonly KernelOverride[] = [
  withGradients(
    Add,
    (dy) => dy,
    (dy) => dy,
  ),
  withGradients(
    Sub,
    (dy) => dy,
    (dy) => neg(dy),
  ),
  withGradients(
    Multiply,
    (dy, _, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  {
    ...withGradients(
      RealDiv,
      (dy, _, b) => div(dy, b),
      (dy, a, b) => neg(mul(dy, div(div(a, b), b))),
    ),
    webgl: divide,
  },
  withGradients(
    Maximum,
    (dy, a, b) => mul(dy, float(greaterEqual(a, b))),
    (dy, a, b) => mul(dy, float(less(a, b))),
  ),
  withGradients(
    Minimum,
    (dy, a, b) => mul(dy, float(lessEqual(a, b))),
    (dy, a, b) => mul(dy, float(greater(a, b))),
  ),
  ...[Greater, GreaterEqual, Less, LessEqual, NotEqual, LogicalAnd].map((name) => ({
    name,
    webgpu: vectorAndAxes(name),
  })),
];

function float(x: Tensor): Tensor {
  return x.dtype === 'float32' ? x : cast(x, 'float32');
}

function withGradients(name: string, toA: Derivative, toB: Derivative): KernelOverride {
  const gradFunc: GradConfig['gradFunc'] = (dy, saved) => {
    const gradient = (derivative: Derivative, operand: Tensor) => () => {
      const [a, b] = saved.map(float);
      return unbroadcast(derivative(dy as Tensor, a, b), operand.shape);
    };
    return { a: gradient(toA, saved[0]), b: gradient(toB, saved[1]) };
  };
  return { name, gradient: { inputsToSave: ['a', 'b'], gradFunc }, webgpu: vectorAndAxes(name) };
}

/** The stock shader takes equal operands, infinities too, for a quotient of 1. */
function divide(inputs: NamedTensorInfoMap, _: NamedAttrMap, backend: WebGlBackend): TensorInfo | null {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const outputShape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const isLeft = a.dtype !== 'float32' || b.dtype !== 'float32' || util.sizeFromShape(outputShape) === 0;
  if (isLeft || backend.shouldExecuteOnCPU([a, b])) return null;
  const program = {
    variableNames: ['A', 'B'],
    packedInputs: false,
    packedOutput: false,
    outputShape,
    userCode: 'void main() { setOutput(getAAtOutCoords() / getBAtOutCoords()); }',
  };
  return backend.runWebGLProgram(program, [a, b], 'float32');
}
