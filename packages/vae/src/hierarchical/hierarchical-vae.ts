import {
  addN,
  concat,
  reshape,
  split as splitTensor,
  type Tensor,
  type TensorContainerObject,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkContext,
  checkEvent,
  checkInstance,
  checkInteger,
  checkOptions,
  key,
  makeVariable,
  type ModuleConfig,
  normal,
  type Seed,
  split,
} from '@pushforward/tensor';
import { Network } from '@pushforward/made';
import type { Encoding } from '../encoder.js';
import {
  type ElboOptions,
  type Inference,
  type JointTerms,
  LatentVariableModel,
  type VaeDrawOptions,
} from '../latent-variable-model.js';
import { Likelihood } from '../likelihoods/likelihood.js';
import { drawPosterior, posteriorLogProb } from '../posterior.js';
import { LatentLayer, type Statements } from './latent-layer.js';

/** The parts of a {@link HierarchicalVae}. */
export interface HierarchicalVaeOptions {
  /** From images to the features below the first layer, such as a `ResNet`. */
  stem: Network;
  /** From the data on upwards: the features of each are what is below the next. */
  layers: readonly LatentLayer[];
  /** p(x|features), whose decoder takes what the stem gives: images of that many pixels and channels. */
  likelihood: Likelihood;
  /** An integer or a key for what the way down starts from. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A variational autoencoder of images with a hierarchy of latent layers and bidirectional inference: a deterministic way up through residual blocks, and a way down that
 * prior and posterior share.
 *
 * With z₁ at the top, `p(x) = ∫ p(x|z) Π p(z_l|z_<l) dz` and `q(z|x) = Π q(z_l|z_<l, x)`: on the way down each layer's prior is a Gaussian of the features of the layers
 * above, and its posterior a Gaussian of these and of the features of x on the way up, with a flow on top. So the evidence lower bound is
 * `E_q[log p(x|z)] − Σ_l E_q[log q(z_l|z_<l, x) − log p(z_l|z_<l)]`, all by one pass up and one down. The free bits of {@link negativeElbo} are those of each layer.
 *
 * Where the IAF paper concatenates z to a block's features, its linear map is added to them here. Call `initializeWeightNorm(vae, () => vae.elbo(x))` on a batch
 * of data before training.
 *
 * **Shapes**: x `[...batch, dataDim]`, the pixels of an image in one axis; z `[...batch, latentDim]`, the layers from the top down, each row by row. It takes no context.
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", section 5.2 and figure 3; Sønderby et al. 2016, "Ladder
 * variational autoencoders".
 *
 * @throws Error if the parts' sizes do not fit each other
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { iaf } from '@pushforward/bijectors';
 * import { initializeWeightNorm, ResNet } from '@pushforward/made';
 * import { bernoulli, key } from '@pushforward/tensor';
 * import { BernoulliLikelihood, HierarchicalVae, LatentLayer } from '@pushforward/vae';
 *
 * const inputShape = [4, 4, 6]; // of the features below the first layer
 * const vae = new HierarchicalVae({
 *   stem: new ResNet({ inputShape: [4, 4, 1], channels: 6, blocks: 1, outputChannels: 6, seed: 1 }),
 *   layers: [
 *     new LatentLayer({ inputShape, stride: 2, latentChannels: 1, seed: 2 }),
 *     new LatentLayer({
 *       inputShape: [2, 2, 6],
 *       latentChannels: 2,
 *       contextChannels: 1,
 *       flow: iaf({ dim: 8, contextDim: 4, hidden: [16], transforms: 1, seed: 3 }),
 *       seed: 4,
 *     }),
 *   ],
 *   likelihood: new BernoulliLikelihood(new ResNet({ inputShape, channels: 6, blocks: 1, outputChannels: 1, seed: 5 })),
 *   seed: 6,
 * });
 * const images = bernoulli(key(0), 0.3, [20, 16]);
 * initializeWeightNorm(vae, () => vae.elbo(images));
 * console.log(vae.latentDim, vae.elbo(images).elbo.shape, vae.sample(5).shape); // 12 [ 20 ] [ 5, 16 ]
 * ```
 */
export class HierarchicalVae extends LatentVariableModel<readonly Statements[]> {
  static readonly type: string = 'HierarchicalVae';
  static override fromConfig(config: ModuleConfig, build: BuildModule): HierarchicalVae {
    if (!Array.isArray(config.layers)) throw new Error('layers must be a list');
    return new HierarchicalVae({
      stem: build(config.stem, Network),
      layers: config.layers.map((layer) => build(layer, LatentLayer)),
      likelihood: build(config.likelihood, Likelihood),
      seed: 0,
    });
  }

  readonly dataDim: number;
  readonly latentDim: number;
  readonly contextDim = 0;
  readonly stem: Network;
  readonly layers: readonly LatentLayer[];
  readonly likelihood: Likelihood;
  /** The features that the way down starts from, of the last layer's shape. */
  readonly top: Variable;

  constructor(options: HierarchicalVaeOptions) {
    super();
    checkOptions('HierarchicalVae', options, ['stem', 'layers', 'likelihood', 'seed']);
    const { stem, layers, likelihood, seed } = options;
    checkInstance('HierarchicalVae: stem', stem, Network, 'a network');
    checkInstance('HierarchicalVae: likelihood', likelihood, Likelihood, 'a likelihood');
    if (!Array.isArray(layers) || layers.length === 0)
      throw new Error('HierarchicalVae: layers must name at least one latent layer, got none');
    let below: readonly number[] = stem.outputShape;
    for (const layer of layers) {
      checkInstance('HierarchicalVae: layers', layer, LatentLayer, 'a latent layer');
      checkEvent('HierarchicalVae: what is below a layer', below, layer.inputShape);
      below = layer.outputShape;
    }
    checkSame('likelihood latentDim', likelihood.latentDim, "stem's outputDim,", stem.outputDim);
    checkSame('likelihood dataDim', likelihood.dataDim, "stem's inputDim,", stem.inputDim);
    for (const [part, { contextDim }] of Object.entries({ stem, likelihood }))
      if (contextDim > 0)
        throw new Error(`HierarchicalVae: ${part} must take no context, got one of contextDim ${contextDim}`);
    this.dataDim = stem.inputDim;
    this.latentDim = layers.reduce((total, layer) => total + layer.latentDim, 0);
    this.stem = stem;
    this.layers = [...layers];
    this.likelihood = likelihood;
    const shape = [...below];
    // Not 0: weights that are set from data need features that vary.
    this.top = makeVariable(shape, () => normal(key(seed), shape));
  }

  encodeData(x: Tensor, context?: Tensor): readonly Statements[] {
    const given = admit({ name: 'HierarchicalVae', x, event: [this.dataDim], context });
    return tidy(() => {
      let features = this.stem.apply(reshape(given.x, [...given.batch, ...this.stem.inputShape]));
      const statements = this.layers.map((layer) => {
        const way = layer.ascend(features);
        features = way.features;
        return way.statements;
      });
      return statements as (Statements & TensorContainerObject)[];
    });
  }

  inferFrom(encoding: readonly Statements[], x: Tensor, { samples = 1, seed }: ElboOptions): Inference {
    return tidy(() => {
      const batch = encoding[0].loc.shape.slice(0, -1);
      const noise = this.#ofLayers(normal(key(seed), [samples, ...batch, this.latentDim]));
      const layers: { logPosterior: Tensor; logPrior: Tensor }[] = [];
      const drawn: Tensor[] = [];
      const features = this.#descend((layer, prior, down, l) => {
        const { z, logPosterior } = drawPosterior(layer.combine(encoding[l], down), layer.flow, noise[l]);
        layers.push({ logPosterior, logPrior: posteriorLogProb(prior, undefined, z) });
        drawn.push(z);
        return z;
      });
      const inference: Inference = { z: concat(drawn, -1), logLikelihood: this.#logLikelihood(features, x), layers };
      return inference as Inference & TensorContainerObject;
    });
  }

  layerLogPosteriors(encoding: readonly Statements[], z: Tensor): Tensor[] {
    return tidy(() => {
      const given = this.#ofLayers(z);
      const logPosteriors: Tensor[] = [];
      this.#descend((layer, _prior, down, l) => {
        logPosteriors.push(posteriorLogProb(layer.combine(encoding[l], down), layer.flow, given[l]));
        return given[l];
      });
      return logPosteriors;
    });
  }

  logJoint(x: Tensor, z: Tensor): JointTerms {
    return tidy(() => {
      const given = this.#ofLayers(z);
      const logPriors: Tensor[] = [];
      const features = this.#descend((_layer, prior, _down, l) => {
        logPriors.push(posteriorLogProb(prior, undefined, given[l]));
        return given[l];
      });
      const terms: JointTerms = { logLikelihood: this.#logLikelihood(features, x), logPrior: addN(logPriors) };
      return terms as JointTerms & TensorContainerObject;
    });
  }

  decode(z: Tensor, { context }: { context?: Tensor } = {}): Tensor {
    return tidy(() => {
      const { x } = admit({ name: 'HierarchicalVae', argument: 'z', x: z, event: [this.latentDim], context });
      const given = this.#ofLayers(x);
      return this.likelihood.distribution(this.#flat(this.#descend((_layer, _prior, _down, l) => given[l]))).mean();
    });
  }

  sample(count: number | readonly number[], { seed, context }: VaeDrawOptions = {}): Tensor {
    const shape = typeof count === 'number' ? [count] : [...count];
    for (const size of shape) checkInteger('HierarchicalVae: count', size, 0);
    checkContext('HierarchicalVae', context, 0, []);
    return tidy(() => {
      const [latentKey, dataKey] = split(key(seed), 2);
      const noise = this.#ofLayers(normal(latentKey, [...shape, this.latentDim]));
      const features = this.#descend((_layer, prior, _down, l) => drawPosterior(prior, undefined, noise[l]).z);
      return this.likelihood.distribution(this.#flat(features)).sample([], { seed: dataKey });
    });
  }

  override config(): ModuleConfig {
    return {
      type: HierarchicalVae.type,
      stem: this.stem.config(),
      layers: this.layers.map((layer) => layer.config()),
      likelihood: this.likelihood.config(),
    };
  }

  /** The way down, with z at each layer as `choose` says; what comes out below. */
  #descend(choose: (layer: LatentLayer, prior: Encoding, down: Statements, l: number) => Tensor): Tensor {
    return this.layers.reduceRight<Tensor>((features, layer, l) => {
      const { prior, statements } = layer.describe(features);
      return layer.descend(features, choose(layer, prior, statements, l));
    }, this.top);
  }

  /** A z, or noise for one, in its parts: entry l is that of layer l, counted from the data on. */
  #ofLayers(z: Tensor): Tensor[] {
    const widths = this.layers.map((layer) => layer.latentDim).toReversed();
    return splitTensor(z, widths, -1).toReversed();
  }

  #flat(features: Tensor): Tensor {
    return reshape(features, [...features.shape.slice(0, -3), this.stem.outputDim]);
  }

  #logLikelihood(features: Tensor, x: Tensor): Tensor {
    const { x: data } = admit({ name: 'HierarchicalVae', x, event: [this.dataDim] });
    return this.likelihood.distribution(this.#flat(features)).logProb(data);
  }
}

function checkSame(what: string, found: number, source: string, expected: number): void {
  if (found !== expected) throw new Error(`HierarchicalVae: ${what} must be the ${source} ${expected}, got ${found}`);
}
