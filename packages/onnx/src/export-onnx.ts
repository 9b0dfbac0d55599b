import type { Bijector } from '@pushforward/bijectors';
import { Distribution, Transformed } from '@pushforward/distributions';
import { checkInstance, checkOneOf, checkOptions, formatShape } from '@pushforward/tensor';
import { normalBase } from './base.js';
import { density, type Flow, sampler } from './flow.js';
import { Graph } from './graph/graph.js';
import { encodeModel, type OnnxTensor } from './protobuf/model.js';
import { readWeights } from './weights.js';

/** What {@link exportOnnx} writes. */
export interface ExportOnnxOptions {
  /** The density, from events to their log-probabilities, or the sampler, from noise to events. Default `'density'`. */
  graph?: 'density' | 'sampler';
  /** A text for readers of the file. Default: none. */
  description?: string;
  /** Names and texts that go along with the model, such as the columns' names: onnxruntime has them as `custom_metadata_map`. Default: none. */
  metadata?: Readonly<Record<string, string>>;
}

const GRAPHS = ['density', 'sampler'] as const;

/** What a protobuf message may hold. */
const LARGEST = 2 ** 31 - 1;

/**
 * A flow as an ONNX file, for onnxruntime and whatever else runs such files, without TensorFlow.js and without this library.
 *
 * - `graph: 'density'`: input `x` `[rows, D]`, output `log_prob` `[rows]`;
 * - `graph: 'sampler'`: input `noise` `[rows, D]`, standard normal numbers that the caller draws; outputs `x` `[rows, D]` and its `log_prob`
 *   `[rows]`. A density's `x` and a sampler's belong together: the same noise gives the x that the flow gives for it.
 *
 * A flow with a context has a second input `context` `[rows, C]`. Two graphs, and so two files, because a runtime computes a whole graph and
 * wants every input of it: whoever scores would have to bring noise, and would wait for the samples.
 *
 * What can be exported are autoregressive layers over a `Made`, in both directions, and coupling layers over an `Mlp`, with affine, softplus-affine, gate,
 * shift, and rational-quadratic spline transforms, on the line and on the circle; `Permute`, `LuLinear`, `Householder`, `ActNorm`,
 * `Elementwise`, `Chain` and `Invert`; a normal base. The slow direction of an autoregressive layer is written dimension by dimension, so that
 * each hidden unit is computed once.
 *
 * **Numerics**: float32, with the formulas of the library; log-probabilities differ in the last digits. −∞ as `Transformed` has it.
 * **Units**: nats. The file has operators of opset 17 (2022).
 *
 * @returns the bytes of the file
 * @throws Error if a part of the flow has no form in ONNX, by its name; if events are not vectors; or if the file would pass 2 GiB
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
  checkOptions('exportOnnx', options);
  const { graph: kind = 'density', description = '', metadata = {} } = options;
  checkOneOf('exportOnnx: graph', kind, GRAPHS);
  const { eventShape, batchShape, contextDim } = distribution;
  if (eventShape.length !== 1 || batchShape.length > 0)
    throw new Error(
      `exportOnnx: distribution must be one of vectors, got batch shape ${formatShape(batchShape)} and event shape ${formatShape(eventShape)}`,
    );
  const size = 4 * [...distribution.variables().values()].reduce((sum, variable) => sum + variable.size, 0);
  if (size > LARGEST) throw new Error(`exportOnnx: distribution must have weights of at most 2 GiB, got ${size} bytes`);

  const flow = await readFlow(distribution);
  const [dim] = eventShape;
  const context = contextDim > 0 ? [vectors('context', contextDim, 'What the density is conditional on.')] : [];
  const logProb = { name: 'log_prob', shape: ['rows'], description: 'The log-density of each row of x, in nats.' };
  const isDensity = kind === 'density';
  const x = vectors('x', dim, isDensity ? 'The rows to score.' : 'The rows that the noise is mapped to.');
  const first = isDensity ? x : vectors('noise', dim, 'Independent standard normal numbers.');

  const graph = new Graph(first.name);
  if (isDensity) graph.name(logProb.name, density(graph, flow, first.name, context[0]?.name));
  else {
    const drawn = sampler(graph, flow, first.name, context[0]?.name);
    graph.name(x.name, drawn.x);
    graph.name(logProb.name, drawn.logProb);
  }
  const { nodes, constants } = graph;
  return encodeModel({
    name: kind,
    description,
    metadata,
    nodes,
    constants,
    inputs: [first, ...context],
    outputs: isDensity ? [logProb] : [x, logProb],
  });
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
