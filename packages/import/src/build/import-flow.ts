import type { StoredTensor } from '@pushforward/io';
import { affine, type Bijector, Chain, EmbedContext, MapContext } from '@pushforward/bijectors';
import { MultivariateNormalDiag, StandardNormal, Transformed } from '@pushforward/distributions';
import { formatValue, type Json, readConfig } from '@pushforward/tensor';
import { vectorOf } from './arrays.js';
import { embeddingOf } from './embedding.js';
import { stepOf, typed } from './step.js';

/** The version of descriptions that this package reads. */
const VERSION = 1;

/**
 * A flow of zuko, nflows or sbi, trained in PyTorch, as a flow of this library: the same density, which can be sampled, trained on, saved, and exported to ONNX.
 *
 * `arrays` are the arrays of the model under the names that PyTorch gives them (`model.state_dict()`), from a safetensors file by `decodeSafetensors` of `@pushforward/io`
 * or from a `.pt` file by {@link decodeTorch}. `description` says what they are the arrays of; the package's `python/export_flow.py` writes both, and {@link describeZuko} makes the
 * description of a zuko flow from its arrays.
 *
 * Imported are masked autoregressive and coupling layers with affine, additive and rational-quadratic maps, over multilayer perceptrons and residual networks, the
 * permutations, LU-factored linear maps and normalisations between them, the standardisation of data and contexts, perceptrons that a context goes through, and a normal base.
 *
 * **Numerics**: weights are rounded to float32; log-densities differ from those of PyTorch in the last digits of float32.
 *
 * @throws Error, in one line, if the description is of another version, or an array is missing or does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { importFlow } from '@pushforward/import';
 *
 * // Ages in years, standardised.
 * const description = {
 *   type: 'pushforward-flow',
 *   version: 1,
 *   source: 'by hand',
 *   features: 2,
 *   context: 0,
 *   steps: [{ type: 'affine', scale: [0.1, 0.1], shift: [-4, -4] }],
 *   base: { type: 'normal' },
 * };
 * const flow = importFlow(new Map(), description);
 * console.log(await flow.logProb(tf.tensor2d([[40, 40]])).array()); // about [-6.44305]
 * ```
 */
export function importFlow(arrays: ReadonlyMap<string, StoredTensor>, description: Json): Transformed {
  const config = typed('description', description);
  const { version, features, context, steps } = readConfig(config, {
    version: 'number',
    features: 'number',
    context: 'number',
    steps: 'list',
  });
  if (config.type !== 'pushforward-flow' || version !== VERSION)
    throw new Error(
      `importFlow: description must be a pushforward-flow of version ${VERSION}, got ${formatValue(config.type)} of version ${version}`,
    );
  const embedding = isGiven(config.contextEmbedding)
    ? embeddingOf(arrays, typed('contextEmbedding', config.contextEmbedding), context)
    : undefined;
  const widths = { dim: features, contextDim: embedding?.outputDim ?? context };
  // Theirs go from data to base, ours from base to data.
  const parts = steps.map((step, i) => stepOf(arrays, typed(`steps[${i}]`, step), widths)).toReversed();
  if (parts.length === 0) throw new Error('importFlow: steps must hold at least one');
  const chain = new Chain(parts);
  return new Transformed(
    baseOf(arrays, config.base, features),
    inUnits(embedding ? new EmbedContext(chain, embedding) : chain, config.contextUnits),
  );
}

function baseOf(arrays: ReadonlyMap<string, StoredTensor>, description: Json, dim: number) {
  const config = typed('base', description);
  if (config.type !== 'normal') throw new Error(`importFlow: base must be normal, got ${formatValue(config.type)}`);
  const { loc, scale } = readConfig(config, { loc: 'text?', scale: 'text?' });
  if (loc === undefined || scale === undefined) return new StandardNormal(dim);
  const [locations, scales] = [vectorOf(arrays, loc, dim), vectorOf(arrays, scale, dim)];
  const isStandard = locations.every((own) => own === 0) && scales.every((own) => own === 1);
  return isStandard ? new StandardNormal(dim) : new MultivariateNormalDiag([...locations], [...scales]);
}

/** A context that is standardised first: `(c − loc) / scale`. */
function inUnits(bijector: Bijector, description: Json | undefined): Bijector {
  if (!isGiven(description)) return bijector;
  return new MapContext(
    bijector,
    affine(readConfig(typed('contextUnits', description), { loc: 'numbers', scale: 'numbers' })),
  );
}

function isGiven(description: Json | undefined): boolean {
  return description !== undefined && description !== null;
}
