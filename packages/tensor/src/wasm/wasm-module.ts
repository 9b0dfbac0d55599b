import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { formatShape } from '../arguments/check.js';
import { type KernelBuild, kernelBinary } from './kernel-build.js';
import { declareMemory } from './memory-type.js';
import { type MemoryViews, memoryViews } from './memory-views.js';
import { POOL_BYTES } from './structs.generated.js';
import { startThread } from './threads.js';

/** The part of TensorFlow.js's wasm backend that this package uses. */
export interface WasmBackend {
  readonly wasm: {
    /** Exports of the WebAssembly module; the threaded build has none of them. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    /** Throws where there is no memory left, once the module is loaded. */
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number; refCount: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** Takes memory for a tensor, and puts its values there. */
  move(dataId: object, values: unknown, shape: number[], dtype: DataType, refCount: number): void;
  typedArrayFromHeap(tensor: TensorInfo): { fill(value: number): void };
  incRef(dataId: object): void;
  disposeData(dataId: object): boolean;
}

/** The functions compiled from `assembly/`; every address is a byte offset in the backend's memory. */
interface WasmFunctions {
  adam(settings: number): void;
  affineMaps(maps: number): void;
  affineMapsGradient(maps: number): void;
  attention(attention: number): void;
  attentionGradient(attention: number, chunks: number): void;
  bernoulliEventLogProb(struct: number): void;
  bernoulliLogProb(struct: number): void;
  convolution(struct: number): void;
  convolutionFilterBytes(size: number, columns: number): number;
  convolutionResidualOffset(count: number, columns: number): number;
  convolutionScratch(count: number, columns: number): number;
  copyRows(
    target: number,
    targetStride: number,
    source: number,
    sourceStride: number,
    rows: number,
    count: number,
  ): void;
  epilogue(epilogue: number, product: number, rows: number, columns: number): void;
  epilogueGradient(gradient: number): void;
  filterGradient(struct: number): void;
  filterGradientParts(size: number): number;
  filterGradientScratch(chunkPatches: number, size: number, columns: number): number;
  gatherBlocks(
    target: number,
    source: number,
    indices: number,
    rows: number,
    blocks: number,
    chosen: number,
    count: number,
  ): void;
  /** Shares the work of kernels among `count` threads by the state at an address of {@link POOL_BYTES} zeros; at address 0, no longer. */
  joinPool(address: number, count: number): void;
  lstm(lstm: number): void;
  lstmGradient(lstm: number, chunks: number): void;
  matMul(task: number): void;
  matMulScratch(rows: number, columns: number, depth: number): number;
  maskedNetwork(network: number): void;
  maskedNetworkGradient(network: number): void;
  mixtures(mixtures: number): void;
  mixturesGradient(mixtures: number): void;
  mixtureWorkBytes(components: number, parameterCount: number): number;
  normalDraw(struct: number): void;
  normalDrawGradient(struct: number): void;
  normal(result: number, count: number, high: number, low: number, scratch: number): void;
  repeatBlocks(target: number, source: number, blocks: number, count: number, repeats: number): void;
  segmentSum(x: number, segments: number, result: number, rows: number, count: number, segmentCount: number): void;
  softBound(x: number, result: number, count: number, bound: number): void;
  softBoundGradient(value: number, cotangent: number, result: number, count: number, bound: number): void;
  splines(splines: number): void;
  splinesGradient(splines: number): void;
  splineWorkBytes(bins: number, parameterCount: number): number;
  standardNormalLogProb(x: number, result: number, rows: number, size: number): void;
  standardNormalLogProbGradient(x: number, cotangent: number, result: number, rows: number, size: number): void;
  sum(x: number, result: number, outer: number, count: number, inner: number, scratch: number): void;
  sumChunks(target: number, source: number, stride: number, chunks: number, count: number): void;
  turnFilters(
    target: number,
    filters: number,
    width: number,
    outputs: number,
    inputs: number,
    stride: number,
    top: number,
    left: number,
    rows: number,
    columns: number,
  ): void;
  uniform(
    result: number,
    count: number,
    high: number,
    low: number,
    lower: number,
    upper: number,
    scale: number,
    scratch: number,
  ): void;
}

/** Our functions, instantiated in the memory of one instance of TensorFlow.js's wasm backend: they work on its tensors in place. */
export interface WasmModule {
  readonly backend: WasmBackend;
  readonly functions: WasmFunctions;
  /** The number of threads that may work on a task, each in work space of its own. */
  readonly threads: number;
  /** Which build of the kernels it is. */
  readonly build: KernelBuild;
  /** The address of a tensor's numbers; moves the tensor to this backend if it lives on another. */
  address(tensor: TensorInfo): number;
  /** Whether a tensor is of 4-byte numbers, which {@link WasmFunctions.copyRows} can copy. */
  holds(tensor: TensorInfo): boolean;
  /** A new tensor, its numbers not set. Default: float32. */
  output(shape: number[], dtype?: DataType): TensorInfo;
  /** The output of an operation that may overwrite its input: the same tensor if it shares its numbers with no other, else a new one. */
  outputInPlace(tensor: TensorInfo): TensorInfo;
  /** Sets every number of a tensor to 0. */
  clear(tensor: TensorInfo): void;
  /** Frees a tensor that {@link output} or a kernel made. */
  dispose(tensor: TensorInfo): void;
  /** The address of at least `bytes` bytes to work in, until the next call of this function; a multiple of 64. */
  scratch(bytes: number): number;
  /** Frees what {@link scratch} gave. */
  release(): void;
  readonly memory: MemoryViews;
}

const modules = new WeakMap<object, WasmModule>();

/** The module that {@link loadWasmModule} put into a backend's memory. */
export function wasmModuleOf(backend: object): WasmModule | undefined {
  return modules.get(backend);
}

/** Whether a backend can take the module, and has not got it yet. */
export function takesWasmModule(backend: WasmBackend): boolean {
  return !modules.has(backend) && backend.wasm.asm?.memory !== undefined;
}

/**
 * Puts a build of the module into the memory of a backend.
 *
 * @param threads how many share the work if the backend's memory is shared
 */
export async function loadWasmModule(backend: WasmBackend, threads: number, build: KernelBuild): Promise<void> {
  const memory = memoryOf(backend);
  const isShared = !(memory.buffer instanceof ArrayBuffer);
  const { binary, constantsBytes } = await kernelBinary(build);
  const declared = declareMemory(binary, isShared);
  // An engine without SIMD keeps the stock kernels.
  if (!WebAssembly.validate(declared)) return;
  const module = await WebAssembly.compile(declared);
  const count = isShared ? threads : 1;
  const constants = alignedMemory(backend, constantsBytes);
  let pool = 0;
  const startThreads = () => {
    for (let thread = 1; thread < count; thread++) startThread({ module, memory, constants, pool, thread });
  };
  const functions = await instantiate(module, { memory, constants, startThreads });
  if (count > 1) {
    pool = alignedMemory(backend, POOL_BYTES);
    new Uint8Array(memory.buffer, pool, POOL_BYTES).fill(0);
    functions.joinPool(pool, count);
  }
  modules.set(backend, bind(backend, memory, functions, count, build));
}

/** A build of the module in a backend's memory that the backend does not know of. */
export async function detachedModule(backend: WasmBackend, build: KernelBuild): Promise<WasmModule> {
  const memory = memoryOf(backend);
  const { binary, constantsBytes } = await kernelBinary(build);
  const module = await WebAssembly.compile(declareMemory(binary, !(memory.buffer instanceof ArrayBuffer)));
  const constants = alignedMemory(backend, constantsBytes);
  const functions = await instantiate(module, { memory, constants, startThreads() {} });
  return bind(backend, memory, functions, 1, build);
}

interface KernelImports {
  readonly memory: WebAssembly.Memory;
  /** The address of the kernels' constants. */
  readonly constants: number;
  readonly startThreads: () => void;
}

async function instantiate(module: WebAssembly.Module, env: KernelImports): Promise<WasmFunctions> {
  const { exports } = await WebAssembly.instantiate(module, { env: { ...env } });
  const functions = exports as unknown as WasmFunctions & { writeConstants(): void };
  functions.writeConstants();
  return functions;
}

/** Memory that is never freed, on cache lines of its own. */
function alignedMemory(backend: WasmBackend, bytes: number): number {
  return aligned(unsigned(backend.wasm._malloc(bytes + ALIGNMENT)));
}

function memoryOf(backend: WasmBackend): WebAssembly.Memory {
  return backend.wasm.asm!.memory!;
}

const checked = new WeakSet<object>();

/** Emscripten takes a larger request for a negative one, and gives memory away that is in use. */
const MOST_BYTES = 2 ** 31 - 2 ** 16;

/**
 * Makes a backend throw where there is no memory left, once for each.
 *
 * Emscripten's `malloc` returns address 0 then, or takes a number of bytes beyond 32 bits for its remainder, and TensorFlow.js would put
 * the tensor there, over others.
 */
export function refuseExcess(backend: WasmBackend): void {
  if (checked.has(backend)) return;
  checked.add(backend);
  const { wasm } = backend;
  // At its first call Emscripten puts the function itself in the place of one that looks it up.
  wasm._free(wasm._malloc(1));
  const malloc = wasm._malloc.bind(wasm);
  wasm._malloc = (bytes) => {
    const address = bytes <= MOST_BYTES ? malloc(bytes) : 0;
    if (address === 0 && bytes > 0) throw new Error(`the wasm backend is out of memory: ${bytes} bytes were needed`);
    return address;
  };
  const move = backend.move.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    try {
      move(dataId, values, shape, dtype, refCount);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('the wasm backend')) throw error;
      throw new Error(`${error.message}, for a ${dtype} tensor of shape ${formatShape(shape)}`, { cause: error });
    }
  };
}

/** Bytes of a cache line. */
const ALIGNMENT = 64;

function aligned(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

/** Above 2 GiB emscripten's signed addresses turn negative. */
function unsigned(address: number): number {
  return address >>> 0;
}

function bind(
  backend: WasmBackend,
  memory: WebAssembly.Memory,
  functions: WasmFunctions,
  threads: number,
  build: KernelBuild,
): WasmModule {
  const { _malloc: malloc, _free: free } = backend.wasm;
  let scratchAddress = 0;
  let scratchBytes = 0;
  return {
    backend,
    functions,
    threads,
    build,
    address: ({ dataId }) => unsigned(backend.dataIdMap.get(dataId).memoryOffset),
    holds: ({ dtype }) => dtype === 'float32' || dtype === 'int32',
    output: (shape, dtype = 'float32') => backend.makeOutput(shape, dtype),
    outputInPlace({ dataId, shape, dtype }) {
      if (backend.dataIdMap.get(dataId).refCount > 1) return backend.makeOutput(shape, dtype);
      backend.incRef(dataId);
      return { dataId, shape, dtype };
    },
    clear: (tensor) => {
      backend.typedArrayFromHeap(tensor).fill(0);
    },
    dispose: ({ dataId }) => {
      backend.disposeData(dataId);
    },
    release() {
      free(scratchAddress);
      scratchAddress = scratchBytes = 0;
    },
    scratch(bytes) {
      if (bytes > scratchBytes) {
        free(scratchAddress);
        scratchBytes = 0;
        // Should there be no memory for it, nothing is left to be freed.
        scratchAddress = 0;
        scratchAddress = unsigned(malloc(bytes + ALIGNMENT));
        scratchBytes = bytes;
      }
      return aligned(scratchAddress);
    },
    memory: memoryViews(memory),
  };
}
