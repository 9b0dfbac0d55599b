import {
  Concat,
  getKernel,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  Slice,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { AffineForm } from '../affine/contract.js';
import type { MaskedNetworkAttrs } from './contract.js';
import { type Plan, planOf } from './plan.js';
import type { Uniform, WebGpuBackend } from '../../gpu/backends.js';
import { ADJOINTS, NETWORK, OFFSET_GRADIENT, WEIGHT_GRADIENT } from './shaders.js';
import {
  BLOCK,
  layerWords,
  nodeWords,
  sumUniforms,
  TILE_THREADS,
  type TileUniforms,
  tileUniforms,
} from './shaders.generated.js';
import { ActivationId, LogScaleId, TILE, UNIT_BYTES } from '../../wasm/structs.generated.js';

/** As `maskedNetworkKernel` says; the residuals are the records of all tiles, with the results behind them. */
export function runNetwork(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo[] {
  const { form, keep } = attrs as unknown as AffineNetworkAttrs;
  const call = callOf(Object.values(inputs) as TensorInfo[], attrs);
  const { rows, plan, recordsSize, x } = call;
  const valueShape = form ? x.shape : [...x.shape, plan.parameterCount];
  const valueSize = util.sizeFromShape(valueShape);
  const batch = x.shape.slice(0, -1);
  const gpu = operationsOf(backend);
  if (rows === 0) return [gpu.zeros(valueShape), ...(form ? [gpu.zeros(batch)] : []), gpu.zeros([0])];

  const theta = gpu.join(call.parameters);
  const tables = gpu.tables(call.words);
  const all = gpu.run('Network', NETWORK, {
    inputs: { given: flat(x), theta, tables },
    size: recordsSize + valueSize + (form ? rows : 0),
    groups: call.tiles,
    threads: TILE_THREADS,
    declaration: tileUniforms.declaration,
    uniforms: tileUniforms.values(tileFields(call, recordsSize, recordsSize + valueSize)),
  });
  const results = [gpu.cut(all, recordsSize, valueShape)];
  if (form) results.push(gpu.cut(all, recordsSize + valueSize, batch));
  gpu.free(theta, tables, ...(keep ? [] : [all]));
  return [...results, keep ? all : gpu.zeros([0])];
}

/** As `maskedNetworkGradientKernel` says. */
export function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend): TensorInfo[] {
  const { form } = attrs as unknown as AffineNetworkAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const [records, valueCotangent, logDetCotangent = valueCotangent] = operands.splice(form ? -3 : -2).map(flat);
  const call = callOf(operands, attrs);
  const { rows, plan, recordsSize } = call;
  const gpu = operationsOf(backend);
  if (rows === 0) return operands.map(({ shape }) => gpu.zeros(shape));

  const theta = gpu.join(call.parameters);
  const tables = gpu.tables(call.words);
  const adjoints = gpu.run('Adjoints', ADJOINTS, {
    inputs: { theta, tables, records, valueCotangent, logDetCotangent },
    size: recordsSize + rows * plan.dim,
    groups: call.tiles,
    threads: TILE_THREADS,
    declaration: tileUniforms.declaration,
    uniforms: tileUniforms.values(tileFields(call, recordsSize, 0)),
  });

  const { declaration } = sumUniforms;
  const uniforms = sumUniforms.values({
    rows,
    layerCount: plan.counts.length - 1,
    recordUnits: recordUnits(plan),
    nodesOffset: call.nodesOffset,
    layersOffset: call.layersOffset,
    blocks: call.blocks,
    weightCount: call.weightCount,
  });
  const weights = gpu.run('Weights', WEIGHT_GRADIENT, {
    inputs: { tables, records, adjoints },
    size: call.weightCount,
    groups: call.blocks,
    threads: BLOCK * BLOCK,
    declaration,
    uniforms,
  });
  const offsetCount = theta.shape[0] - call.weightCount;
  const offsets = gpu.run('Offsets', OFFSET_GRADIENT, {
    inputs: { tables, adjoints },
    size: offsetCount,
    groups: Math.ceil(offsetCount / TILE_THREADS),
    threads: TILE_THREADS,
    declaration,
    uniforms,
  });

  const gradients = operands.map(({ shape }, i) => {
    if (i === 0) return gpu.cut(adjoints, recordsSize, shape);
    const at = call.places[i - 1];
    return at < call.weightCount ? gpu.cut(weights, at, shape) : gpu.cut(offsets, at - call.weightCount, shape);
  });
  gpu.free(theta, tables, adjoints, weights, offsets);
  return gradients;
}

/** No kernel here knows splines. */
type AffineNetworkAttrs = MaskedNetworkAttrs & { readonly form?: AffineForm };

/** A call of either kernel. */
interface Call extends Pick<AffineNetworkAttrs, 'form' | 'sequential'> {
  readonly plan: Plan;
  readonly x: TensorInfo;
  readonly rows: number;
  readonly tiles: number;
  readonly recordsSize: number;
  /** The weights, then the offsets. */
  readonly parameters: readonly TensorInfo[];
  /** The beginning of each of them when they are joined. */
  readonly places: readonly number[];
  readonly weightCount: number;
  /** The network for the shaders. */
  readonly words: Int32Array;
  readonly nodesOffset: number;
  readonly layersOffset: number;
  readonly orderOffset: number;
  readonly blocks: number;
}

function callOf([x, ...parameters]: TensorInfo[], attrs: NamedAttrMap): Call {
  const { network, form, sequential, offsets } = attrs as unknown as AffineNetworkAttrs;
  const plan = planOf(network);
  const { counts, tables } = plan;
  let end = 0;
  const places = parameters.map(({ shape }) => {
    const at = end;
    end += util.sizeFromShape(shape);
    return at;
  });
  const weightCount = places[network.layers.length] ?? end;
  let blocks = 0;
  const ofLayers = network.layers.flatMap(({ from, skip = -1 }, l) => {
    const { inputs, limits, firsts, inputOrder, unitOrder, columnUnits } = plan.layers[l];
    const units = counts[l + 1];
    // Among the kernel's inputs, the first of which is x.
    const offset = offsets[l] - 1;
    const isPerRow = offset >= 0 && util.sizeFromShape(parameters[offset].shape) !== units;
    const blocksBefore = blocks;
    blocks += Math.ceil(inputs / BLOCK) * Math.ceil(units / BLOCK);
    return layerWords({
      source: from,
      skip,
      inputs,
      units,
      limits,
      firsts,
      inputOrder,
      unitOrder,
      columnUnits,
      weights: places[l],
      offset: places[offset] ?? -1,
      blocksBefore,
      offsetPerRow: isPerRow ? 1 : 0,
    });
  });
  const ofNodes = plan.nodes.flatMap(({ starts, values, reads }) =>
    nodeWords({ starts, values: values / UNIT_BYTES, reads: reads / UNIT_BYTES }),
  );
  const nodesOffset = tables.length + plan.dim;
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  const tiles = Math.ceil(rows / TILE);
  return {
    form,
    sequential,
    plan,
    x,
    rows,
    tiles,
    recordsSize: tiles * recordUnits(plan) * TILE,
    parameters,
    places,
    weightCount,
    words: Int32Array.from([...tables, ...network.order, ...ofNodes, ...ofLayers]),
    nodesOffset,
    layersOffset: nodesOffset + ofNodes.length,
    orderOffset: tables.length,
    blocks,
  };
}

function recordUnits({ recordBytes }: Plan): number {
  return recordBytes / UNIT_BYTES;
}

function tileFields(
  { plan, form, rows, sequential, nodesOffset, layersOffset, orderOffset }: Call,
  valueOffset: number,
  logDetOffset: number,
): TileUniforms {
  const { network, dim, passing, parameterCount } = plan;
  return {
    rows,
    dim,
    passing,
    parameterCount,
    degrees: network.starts.length - 1,
    layerCount: network.layers.length,
    activation: ActivationId[network.activation],
    sequential: sequential ? 1 : 0,
    recordUnits: recordUnits(plan),
    nodesOffset,
    layersOffset,
    orderOffset,
    valueOffset,
    logDetOffset,
    logScale: form ? LogScaleId[form.logScale] : -1,
    bound: form?.bound ?? 1,
    bias: form?.bias ?? 0,
    direction: form?.sign ?? 1,
    before: form?.before ?? 0,
    after: form?.after ?? 0,
  };
}

function flat({ dataId, shape, dtype }: TensorInfo): TensorInfo {
  return { dataId, shape: [util.sizeFromShape(shape)], dtype };
}

/** One run of a shader. */
interface Run {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Numbers of the result. */
  readonly size: number;
  /** Workgroups, and threads of each. */
  readonly groups: number;
  readonly threads: number;
  /** The fields of `uniforms`, and their values. */
  readonly declaration: string;
  readonly uniforms: Uniform[];
}

/** The operations on a backend's memory by which kernels of several results are made of programs that have one. */
function operationsOf(backend: WebGpuBackend) {
  const call = (name: string, inputs: object, attrs: object) =>
    getKernel(name, 'webgpu').kernelFunc({
      inputs: inputs as NamedTensorInfoMap,
      attrs: attrs as NamedAttrMap,
      backend,
    }) as TensorInfo;
  return {
    zeros: (shape: number[]) => backend.makeTensorInfo(shape, 'float32', new Float32Array(util.sizeFromShape(shape))),
    tables: (words: Int32Array) => backend.makeTensorInfo([words.length], 'int32', words),
    /** A shader may read few tensors, a network have many. */
    join: (tensors: readonly TensorInfo[]) => call(Concat, tensors.map(flat), { axis: 0 }),
    cut: (tensor: TensorInfo, begin: number, shape: number[]): TensorInfo => {
      const { dataId, dtype } = call(Slice, { x: tensor }, { begin: [begin], size: [util.sizeFromShape(shape)] });
      return { dataId, dtype, shape };
    },
    free: (...tensors: TensorInfo[]) => {
      for (const { dataId } of tensors) backend.disposeData(dataId);
    },
    run: (name: string, code: string, { inputs, size, groups, threads, declaration, uniforms }: Run) =>
      backend.runWebGPUProgram(
        {
          variableNames: Object.keys(inputs),
          outputShape: [size],
          size: true,
          uniforms: declaration,
          dispatchLayout: { x: [0] },
          dispatch: [groups, 1, 1],
          workgroupSize: [threads, 1, 1],
          shaderKey: `maskedNetwork${name}`,
          getUserCode: () => code,
        },
        Object.values(inputs),
        'float32',
        uniforms,
      ),
  };
}
