// Flows as ONNX files, with what the flows themselves say, for the checks of other programs that read such files.
import '@tensorflow/tfjs';
import {
  attentionMaf,
  CircularSplineTransform,
  glow,
  iaf,
  lstmMaf,
  maf,
  naf,
  nsf,
  realNvp,
} from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { normal, useBackend } from '@pushforward/tensor';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../setup.mjs';

// By its place: the workspace's root does not depend on the package.
const { exportOnnx } = await import(pathToFileURL(path.join(root, 'packages/onnx/dist/index.js')).href);

const options = { dim: 3, contextDim: 2, hidden: [8, 8], transforms: 2, init: 'orthogonal', seed: 1 };
const { hidden: _, ...attending } = options;
const bijectors = {
  maf: maf({ ...options, residual: true, activation: 'silu' }),
  iaf: iaf({ ...options, mixing: 'lu' }),
  nsf: nsf(options),
  circle: maf({ ...options, transform: new CircularSplineTransform() }),
  coupling: nsf({ ...options, layers: 'coupling' }),
  realNvp: realNvp(options),
  glow: glow(options),
  // Whose sampler has a loop.
  naf: naf({ ...options, units: 3 }),
  lstm: lstmMaf(options),
  attention: attentionMaf({ ...attending, width: 8, heads: 2 }),
};
const ROWS = 5;

/** For each flow its two files, their inputs, and the outputs that are expected. */
export async function onnxFlows() {
  await useBackend('wasm');
  const x = normal(1, [ROWS, options.dim]);
  const context = normal(2, [ROWS, options.contextDim]);
  const flows = [];
  for (const [name, bijector] of Object.entries(bijectors)) {
    const flow = new Transformed(new StandardNormal(options.dim), bijector);
    flows.push({
      name,
      density: await exportOnnx(flow),
      sampler: await exportOnnx(flow, { graph: 'sampler' }),
      rows: ROWS,
      numbers: [...(await x.data())],
      context: [...(await context.data())],
      logProb: [...(await flow.logProb(x, context).data())],
      drawn: [...(await bijector.forward(x, context).data())],
    });
  }
  return flows;
}

/** Whether all numbers are within 1e-5. */
export function areClose(actual, expected) {
  return (
    actual.length === expected.length &&
    expected.every((value, i) => Math.abs(actual[i] - value) < 1e-5 * Math.max(1, Math.abs(value)))
  );
}
