import {
  BatchMatMul,
  broadcast_util,
  broadcastTo,
  matMul,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type Tensor,
  type TensorInfo,
  tidy,
  util,
  zeros,
} from '@tensorflow/tfjs-core';
import { formatShape } from '../../arguments/check.js';
import { type Epilogue, applyEpilogue, writeEpilogue } from './epilogue.js';
import type { KernelOverride, StockKernel } from '../../registry/kernel-override.js';
import type { WebGlBackend, WebGpuBackend } from '../../gpu/backends.js';
import { runThreads } from '../../gpu/run-threads.js';
import { smallProductWgsl } from './shaders.generated.js';
import { unbroadcast } from '../../arrays/unbroadcast.js';
import { Arena } from '../../wasm/arena.js';
import { EpilogueStruct, MatMulOperandsStruct, MatMulStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * The matrix product behind `tf.matMul`: C = op(A)·op(B), each operand transposed or not, over batch axes that broadcast.
 *
 * **Shapes**: A `[...batchA, rows, depth]`, B `[...batchB, depth, columns]`, the last two axes swapped where it is transposed; C
 * `[...broadcast(batchA, batchB), rows, columns]`. Any size may be 0; over a depth of 0 the sum is 0.
 *
 * **Numerics**: on wasm, float32 sums in blocks of at most 256 terms. NaN and infinities propagate as in the plain triple loop.
 *
 * **Gradient**: `dA = dC·Bᵀ`, `dB = Aᵀ·dC`, summed over the axes along which an operand was broadcast; TensorFlow.js's own refuses
 * such operands.
 *
 * @throws Error if an operand has fewer than two axes, or the inner sizes or the batches do not fit
 */
export const matMulKernel: KernelOverride = {
  name: BatchMatMul,
  reference: matMulReference,
  gradient: {
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b], { transposeA, transposeB }) => {
      const dc = dy as Tensor;
      return {
        a: () =>
          unbroadcast(
            transposeA ? matMul(b, dc, transposeB as boolean, true) : matMul(dc, b, false, !transposeB),
            a.shape,
          ),
        b: () =>
          unbroadcast(
            transposeB ? matMul(dc, a, true, transposeA as boolean) : matMul(a, dc, !transposeA, false),
            b.shape,
          ),
      };
    },
  },
  wasm: matMulWasm,
  webgpu: matMulWebGpu,
  webgl: matMulWebGl,
};

interface Sizes {
  batch: number[];
  rows: number;
  columns: number;
  depth: number;
}

function sizesOf(a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): Sizes {
  const given = () =>
    `got ${formatShape(a.shape)}${transposeA ? ' transposed' : ''} and ${formatShape(b.shape)}${transposeB ? ' transposed' : ''}`;
  if (a.shape.length < 2 || b.shape.length < 2)
    throw new Error(`matMul: a and b must have two axes or more, ${given()}`);
  const [rows, depth] = matrixShape(a, transposeA);
  const [depthB, columns] = matrixShape(b, transposeB);
  if (depth !== depthB) throw new Error(`matMul: the columns of a must be as many as the rows of b, ${given()}`);
  const batch = broadcast_util.assertAndGetBroadcastShape(batchOf(a), batchOf(b));
  return { batch, rows, columns, depth };
}

const batchOf = ({ shape }: TensorInfo): number[] => shape.slice(0, -2);

function matrixShape({ shape }: TensorInfo, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** The stock kernels know batches that are equal or of one entry; what they do with others and with a depth of 0 depends on the backend. */
function matMulReference(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel): TensorInfo {
  const { a, b } = inputs as { a: Tensor; b: Tensor };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const { batch, rows, columns, depth } = sizesOf(a, b, transposeA, transposeB);
  const count = util.sizeFromShape(batch);
  if (count * depth === 0) return zeros([...batch, rows, columns], a.dtype);
  const spread = (x: Tensor) =>
    [1, count].includes(util.sizeFromShape(batchOf(x))) ? x : broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return tidy(() => stock({ a: spread(a), b: spread(b) }, attrs) as Tensor);
}

/** {@link matMulKernel} in WebAssembly, with an epilogue; null unless both operands are float32. */
export function matMulWasm(
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
  wasm: WasmModule,
  epilogue?: Epilogue,
): TensorInfo | null {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  const { batch, rows, columns, depth } = sizesOf(a, b, transposeA, transposeB);
  const c = wasm.output([...batch, rows, columns]);
  const size = util.sizeFromShape(c.shape);
  if (size === 0) return c;
  if (depth === 0) {
    wasm.clear(c);
    if (epilogue) applyEpilogue(c, epilogue, wasm);
    return c;
  }
  const [addressA, addressB, addressC] = [a, b, c].map((matrix) => wasm.address(matrix));
  const count = size / (rows * columns);
  const scratchBytes = wasm.functions.matMulScratch(rows, columns, depth);
  const arena = new Arena();
  const struct = arena.reserve(MatMulStruct.bytes + EpilogueStruct.bytes);
  const matrices = arena.reserve(MatMulOperandsStruct.bytes * count);
  const scratch = arena.reserve(wasm.threads * scratchBytes);
  const base = wasm.scratch(arena.bytes);
  const epilogueAddress = epilogue ? base + struct + MatMulStruct.bytes : 0;
  if (epilogue) writeEpilogue(epilogueAddress, epilogue, addressC, wasm);
  MatMulStruct.write(wasm.memory, base + struct, {
    count,
    rows,
    columns,
    depth,
    transposeA: transposeA ? 1 : 0,
    transposeB: transposeB ? 1 : 0,
    matrices: base + matrices,
    scratch: base + scratch,
    scratchBytes,
    epilogue: epilogueAddress,
  });
  const [batchA, batchB] = [batchOf(a), batchOf(b)];
  for (let i = 0; i < count; i++) {
    MatMulOperandsStruct.write(wasm.memory, base + matrices + MatMulOperandsStruct.bytes * i, {
      a: addressA + 4 * rows * depth * broadcastIndex(i, batch, batchA),
      b: addressB + 4 * depth * columns * broadcastIndex(i, batch, batchB),
      c: addressC + 4 * rows * columns * i,
    });
  }
  wasm.functions.matMul(base + struct);
  return c;
}

/** The least that the stock shaders have threads for one number, or add up between two barriers. */
const SHORT_DEPTH = 64;
/** Up to so many numbers, a tile of them each does not make enough workgroups to fill a GPU. */
const FEW_PRODUCTS = 8192;

/** Products of small matrices, by one thread for each number. */
function matMulWebGpu(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo | null {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const { batch, rows, columns, depth } = sizesOf(a, b, transposeA, transposeB);
  const count = util.sizeFromShape(batch);
  const [countA, countB] = [a, b].map((x) => util.sizeFromShape(batchOf(x)));
  const isMixed = ![1, count].includes(countA) || ![1, count].includes(countB);
  const isSmall = depth <= SHORT_DEPTH && count * rows * columns <= FEW_PRODUCTS;
  if (!isSmall || isMixed || count * depth === 0 || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  return runThreads(backend, {
    name: 'smallProduct',
    code: smallProductWgsl,
    inputs: { A: a, B: b },
    shape: [...batch, rows, columns],
    integers: {
      rows,
      columns,
      depth,
      entryStrideA: countA > 1 ? rows * depth : 0,
      entryStrideB: countB > 1 ? depth * columns : 0,
      rowStride: transposeA ? 1 : depth,
      columnStride: transposeB ? depth : 1,
      depthStrideA: transposeA ? rows : 1,
      depthStrideB: transposeB ? 1 : columns,
    },
  });
}

/** A product with one row or column, which the stock kernel computes as an elementwise product and a sum. */
const LONG_DEPTH = 1000;

/**
 * Products over odd depths: a texel is a square of four numbers, and the stock shader multiplies the half of the last one that lies
 * beyond the matrix, which an earlier operation may have left at NaN, or at 1.
 */
function matMulWebGl(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGlBackend): TensorInfo | null {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const { batch, rows, columns, depth } = sizesOf(a, b, transposeA, transposeB);
  const isLong = depth > LONG_DEPTH && (rows === 1 || columns === 1);
  if (depth % 2 === 0 || isLong || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  const [a0, a1] = transposeA ? ['xy', 'zw'] : ['xz', 'yw'];
  const [b0, b1] = transposeB ? ['xz', 'yw'] : ['xy', 'zw'];
  const program = {
    variableNames: ['A', 'B'],
    packedInputs: true,
    packedOutput: true,
    outputShape: [util.sizeFromShape(batch), rows, columns],
    userCode: `
      vec4 products(vec2 rows, vec2 columns) { return rows.xxyy * columns.xyxy; }
      void main() {
        ivec3 at = getOutputCoords();
        int entryA = ${broadcastIndexInGlsl('at.x', batch, batchOf(a))};
        int entryB = ${broadcastIndexInGlsl('at.x', batch, batchOf(b))};
        vec4 result = vec4(0.0);
        for (int k = 0; k < ${depth}; k += 2) {
          vec4 a = getA(entryA, ${transposeA ? 'k, at.y' : 'at.y, k'});
          vec4 b = getB(entryB, ${transposeB ? 'at.z, k' : 'k, at.z'});
          result += products(a.${a0}, b.${b0});
          if (k < ${depth - 1}) result += products(a.${a1}, b.${b1});
        }
        setOutput(result);
      }`,
  };
  const flat = (x: TensorInfo) => ({ ...x, shape: [util.sizeFromShape(batchOf(x)), ...x.shape.slice(-2)] });
  const { dataId, dtype } = backend.runWebGLProgram(program, [flat(a), flat(b)], 'float32');
  return { dataId, dtype, shape: [...batch, rows, columns] };
}

/** Which entry of a batch stands at the flat index `index` of the batch that it is broadcast to. */
function broadcastIndex(index: number, batch: number[], own: number[]): number {
  let result = 0;
  let stride = 1;
  for (let axis = batch.length - 1, ownAxis = own.length - 1; ownAxis >= 0; axis--, ownAxis--) {
    if (own[ownAxis] !== 1) result += stride * (index % batch[axis]);
    stride *= own[ownAxis];
    index = Math.floor(index / batch[axis]);
  }
  return result;
}

/** {@link broadcastIndex} as an expression of GLSL. */
function broadcastIndexInGlsl(index: string, batch: number[], own: number[]): string {
  const terms = own.map((size, ownAxis) => {
    const axis = ownAxis + batch.length - own.length;
    const inner = util.sizeFromShape(batch.slice(axis + 1));
    const stride = util.sizeFromShape(own.slice(ownAxis + 1));
    return size === 1 ? '0' : `${stride} * imod(${index} / ${inner}, ${size})`;
  });
  return terms.join(' + ') || '0';
}
