import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import * as webgpu from './webgpu.js';
import type { MaskedNetworkAttrs } from './contract.js';
import { layoutOf } from './layout.js';
import { IN_ORDER, type Plan, planOf } from './plan.js';
import { writeAffineForm } from '../affine/contract.js';
import { isSplineForm, type StepForm } from '../step-form.js';
import { splineWorkBytes, writeSplines } from '../spline/wasm.js';
import {
  ActivationId,
  MaskedLayerStruct,
  MaskedNetworkStruct,
  MaskedNodeStruct,
  TILE,
  type TransformArraysFields,
} from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * The value of a masked network, or of an autoregressive step with its parameters.
 *
 * Inputs: the input `[...batch, D]`, the weights, the offsets. Outputs: the values and the log-determinant, or the parameters
 * `[...batch, D, P]` alone; then what the gradient needs.
 */
export const maskedNetworkKernel = { name: 'MaskedNetwork', wasm: runNetwork, webgpu: webgpu.runNetwork };

/**
 * The gradient of {@link maskedNetworkKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of
 * its inputs.
 */
export const maskedNetworkGradientKernel = {
  name: 'MaskedNetworkGradient',
  wasm: runGradient,
  webgpu: webgpu.runGradient,
};

function runNetwork(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const { network, form, sequential, offsets, keep } = attrs as unknown as MaskedNetworkAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const plan = planOf(network);
  const [x] = operands;
  const batch = x.shape.slice(0, -1);
  const rows = util.sizeFromShape(batch);
  const tiles = keep ? Math.ceil(rows / TILE) : 0;
  const value = wasm.output(form ? x.shape : [...x.shape, plan.parameterCount]);
  const logDet = form && wasm.output(batch);
  const records = wasm.output([(tiles * plan.recordBytes) / 4]);

  wasm.functions.maskedNetwork(
    layOut(wasm, plan, {
      form,
      sequential,
      rows,
      offsets,
      operands,
      value,
      logDet,
      records: keep ? records : undefined,
    }),
  );
  return logDet ? [value, logDet, records] : [value, records];
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const { network, form, sequential, offsets } = attrs as unknown as MaskedNetworkAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const plan = planOf(network);
  const [x] = operands;
  const [records, valueCotangent, logDetCotangent] = form ? operands.splice(-3) : operands.splice(-2);
  const gradients = operands.map(({ shape }) => wasm.output(shape));
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  const call = {
    form,
    sequential,
    rows,
    offsets,
    operands,
    gradients,
    value: valueCotangent,
    logDet: logDetCotangent,
    records,
  };
  wasm.functions.maskedNetworkGradient(layOut(wasm, plan, call));
  return gradients;
}

interface Call {
  readonly form?: StepForm;
  readonly sequential: boolean;
  readonly rows: number;
  readonly offsets: readonly number[];
  /** The kernel's inputs, without those of the gradient alone. */
  readonly operands: readonly TensorInfo[];
  /** One for each of them, in the gradient. */
  readonly gradients?: readonly TensorInfo[];
  /** The results, or in the gradient their cotangents. */
  readonly value: TensorInfo;
  readonly logDet?: TensorInfo;
  /** The residuals: the records of all tiles. */
  readonly records?: TensorInfo;
}

/** Writes the structures of one call; returns the address of the network's. */
function layOut(wasm: WasmModule, plan: Plan, call: Call): number {
  const { form, rows, operands, gradients, records } = call;
  const { network, counts, parameterCount } = plan;
  const [affine, splines] = form && isSplineForm(form) ? [undefined, form] : [form, undefined];
  const layout = layoutOf(plan, {
    rows,
    threads: wasm.threads,
    isGradient: gradients !== undefined,
    isRecorded: records !== undefined,
    splineBytes: splines ? splineWorkBytes(wasm, splines, parameterCount) : 0,
  });
  const base = wasm.scratch(layout.bytes);
  const addressOf = (tensor: TensorInfo | undefined) => (tensor ? wasm.address(tensor) : 0);
  const tableAddress = (word: number) => (word === IN_ORDER ? 0 : base + layout.tables + 4 * word);
  MaskedNetworkStruct.write(wasm.memory, base + layout.network, {
    degrees: network.starts.length - 1,
    dim: plan.dim,
    passing: plan.passing,
    parameterCount,
    rows,
    activation: ActivationId[network.activation],
    sequential: call.sequential ? 1 : 0,
    layerCount: network.layers.length,
    layers: base + layout.layers,
    nodes: base + layout.nodes,
    dimensionIndices: tableAddress(plan.dimensionIndices),
    form: affine ? base + layout.form : 0,
    splines: splines ? base + layout.splines : 0,
    products: plan.products,
    input: addressOf(operands[0]),
    value: addressOf(call.value),
    logDet: addressOf(call.logDet),
    inputGradient: addressOf(gradients?.[0]),
    record: plan.recordBytes,
    records: addressOf(records),
    adjoints: base + layout.adjoints,
    work: base + layout.work,
    workStride: layout.workBytes,
  });
  for (const [n, { starts, values, reads }] of plan.nodes.entries()) {
    MaskedNodeStruct.write(wasm.memory, base + layout.nodes + MaskedNodeStruct.bytes * n, {
      count: counts[n],
      starts: tableAddress(starts),
      values,
      reads,
    });
  }
  for (const [l, { from, skip = -1 }] of network.layers.entries()) {
    const { inputs, limits, firsts, inputOrder, unitOrder, columnUnits } = plan.layers[l];
    const offset = call.offsets[l];
    const isPerRow = offset >= 0 && util.sizeFromShape(operands[offset].shape) > counts[l + 1];
    const copy = layout.copies[l] === undefined ? 0 : base + layout.copies[l];
    MaskedLayerStruct.write(wasm.memory, base + layout.layers + MaskedLayerStruct.bytes * l, {
      from,
      skip,
      inputs,
      units: counts[l + 1],
      limits: tableAddress(limits),
      firsts: tableAddress(firsts),
      inputOrder: tableAddress(inputOrder),
      unitOrder: tableAddress(unitOrder),
      columnUnits: tableAddress(columnUnits),
      weights: addressOf(operands[1 + l]),
      offset: addressOf(operands[offset]),
      offsetPerRow: isPerRow ? 1 : 0,
      forward: gradients ? 0 : copy,
      backward: gradients ? copy : 0,
      weightGradient: addressOf(gradients?.[1 + l]),
      offsetGradient: addressOf(gradients?.[offset]),
    });
  }
  wasm.memory.int32.set(plan.tables, (base + layout.tables) / 4);
  if (affine) writeAffineForm(wasm, base + layout.form, affine);
  if (splines) writeSplines(wasm, base + layout.splines, splines, inTiles(parameterCount, base + layout.splineWork));
  return base + layout.network;
}

/** The arrays of splines whose numbers lie in tiles: no addresses. */
function inTiles(parameterCount: number, work: number): TransformArraysFields {
  return {
    rows: 0,
    parameterCount,
    input: 0,
    parameters: 0,
    value: 0,
    logDet: 0,
    inputGradient: 0,
    parameterGradient: 0,
    work,
  };
}
