import type { Bijector } from '@pushforward/bijectors';
import { Distribution, Transformed } from '@pushforward/distributions';
import { checkInstance, checkOneOf, checkOptions, formatShape } from '@pushforward/tensor';
import { normalBase } from './base.js';
import { checkColumns, type OnnxColumn } from './columns/column.js';
import { decodeRows } from './columns/decode.js';
import { scoreRows } from './columns/encode.js';
import { type Flow, sampler } from './flow.js';
import { Graph } from './graph/graph.js';
import { encodeModel, type OnnxTensor } from './protobuf/model.js';
import { readWeights } from './weights.js';

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /** The density, from events to their log-probabilities, or the sampler, from noise to events. Default `'density'`. */
  graph?: 'density' | 'sampler';
  /** The forms of the D columns of the table that the flow is a density of; null for plain numbers. Default: these everywhere. */
  columns?: readonly (OnnxColumn | null)[];
  /** A text for readers of the file. Default: none. */
  description?: string;
  /** Names and texts that go along with the model, such as the columns' names: onnxruntime has them as `custom_metadata_map`. Default: none. */
  metadata?: Readonly<Record<string, string>>;
}

const GRAPHS = ['density', 'sampler'] as const;

/** The largest size of a protobuf message. */
const LARGEST = 2 ** 31 - 1;

/**
 * A flow as an ONNX file, for onnxruntime and whatever else runs such files, without TensorFlow.js and without this library.
 *
 * - `graph: 'density'`: input `x` `[rows, D]`, output `log_prob` `[rows]`;
 * - `graph: 'sampler'`: input `noise` `[rows, D]`, standard normal numbers that the caller draws; outputs `x` `[rows, D]` and its `log_prob`
 *   `[rows]`. A density's `x` and a sampler's belong together: the same noise gives the x that the flow gives for it.
 *
 * A flow with a context has a second input `context` `[rows, C]`. With `columns` the file takes and gives the rows of a table: levels, whole numbers and
 * angles are turned into what the flow is a density of, and samples are such values. Where a column has a grid, the density takes `uniform` `[rows, D]`,
 * numbers from 0 to 1 that the noise is made of; where one has a grid, levels or a circle, the sampler gives no `log_prob`, which would be that of the numbers before. Two graphs, and so two files, because a runtime computes a whole graph and
 * wants every input of it: whoever scores would have to bring noise, and would wait for the samples.
 *
 * Exported are autoregressive layers over a `Made`, an `LstmConditioner` or an `AttentionConditioner`, in both directions, and coupling layers over an
 * `Mlp`, with every elementwise transform of the library; `Permute`, `LuLinear`, `Householder`, `ActNorm`, `Elementwise`, the maps of numbers
 * (`Exp`, `Power`, `Scale`, `Shift`, `Sigmoid`, `Softplus`, `Tanh`), `Partition`, `MapContext`, `Chain` and `Invert`; a normal base. The slow direction of an autoregressive
 * layer is written dimension by dimension, so that each hidden unit, state and key is computed once; inverses without a closed form are 32 steps of Newton's method.
 *
 * **Numerics**: float32, with the formulas of the library; log-probabilities differ in the last digits. −∞ as `Transformed` has it.
 * **Units**: nats. The file has operators of opset 17 (2022).
 *
 * @returns the bytes of the file
 * @throws Error if a part of the flow has no form in ONNX, by its name; if events are not vectors, or `columns` are not one for each number; or if the file would pass 2 GiB
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 * import { exportOnnx } from '@pushforward/onnx';
 *
 * const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [16], seed: 0 }));
 * const file = await exportOnnx(flow, { metadata: { columns: 'height, weight' } });
 * console.log(file instanceof Uint8Array); // true
 * ```
 */
export async function exportOnnx(distribution: Distribution, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  checkInstance('exportOnnx: distribution', distribution, Distribution, 'a distribution');
  checkOptions('exportOnnx', options, ['graph', 'columns', 'description', 'metadata']);
  const { graph: kind = 'density', description = '', metadata = {} } = options;
  checkOneOf('exportOnnx: graph', kind, GRAPHS);
  const { eventShape, batchShape, contextDim } = distribution;
  if (eventShape.length !== 1 || batchShape.length > 0)
    throw new Error(
      `exportOnnx: distribution must be one of vectors, got batch shape ${formatShape(batchShape)} and event shape ${formatShape(eventShape)}`,
    );
  const size = 4 * [...distribution.variables().values()].reduce((sum, variable) => sum + variable.size, 0);
  if (size > LARGEST) throw new Error(`exportOnnx: distribution must have weights of at most 2 GiB, got ${size} bytes`);

  const [dim] = eventShape;
  const given = options.columns && checkColumns(options.columns, dim);
  const columns = given?.some((column) => column !== null) ? given : undefined;
  const flow = await readFlow(distribution);
  const context = contextDim > 0 ? [vectors('context', contextDim, 'What the density is conditional on.')] : [];
  const logProb = { name: 'log_prob', shape: ['rows'], description: 'The log-density of each row of x, in nats.' };
  const [contextName] = context.map(({ name }) => name);

  if (kind === 'density') {
    const x = vectors('x', dim, 'The rows to score.');
    const isNoisy = columns?.some((column) => column?.grid) ?? false;
    const uniform = isNoisy ? [vectors('uniform', dim, 'Independent uniform numbers from 0 to 1.')] : [];
    const graph = new Graph(x.name);
    graph.name(logProb.name, scoreRows(graph, flow, columns, x.name, contextName, uniform[0]?.name));
    return encode(graph, [x, ...context, ...uniform], [logProb]);
  }
  const noise = vectors('noise', dim, 'Independent standard normal numbers.');
  const x = vectors('x', dim, 'The rows that the noise is mapped to.');
  const graph = new Graph(noise.name);
  const drawn = sampler(graph, flow, noise.name, contextName);
  graph.name(x.name, columns ? decodeRows(graph, columns, drawn.x) : drawn.x);
  if (columns?.some((column) => column?.circle || column?.grid || column?.levels))
    return encode(graph, [noise, ...context], [x]);
  graph.name(logProb.name, drawn.logProb);
  return encode(graph, [noise, ...context], [x, logProb]);

  function encode(
    { nodes, constants }: Graph,
    inputs: readonly OnnxTensor[],
    outputs: readonly OnnxTensor[],
  ): Uint8Array {
    return encodeModel({ name: kind, description, metadata, nodes, constants, inputs, outputs });
  }
}

/** An input or an output of vectors. */
function vectors(name: string, width: number, description: string): OnnxTensor {
  return { name, shape: ['rows', width], description };
}

/** A flow on a flow is one flow. */
async function readFlow(distribution: Distribution): Promise<Flow> {
  const weights = await readWeights(distribution);
  const bijectors: Bijector[] = [];
  let base = distribution;
  while (base.constructor === Transformed) {
    const { bijector, base: inner } = base as Transformed;
    bijectors.unshift(bijector);
    base = inner;
  }
  return { base: normalBase(base, weights), bijectors, weights };
}
