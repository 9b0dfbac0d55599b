import {
  add,
  div,
  keep,
  mul,
  ones,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor2d,
  type Tensor2D,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  formatValue,
  key,
  linear,
  makeVariable,
  Module,
  type ModuleConfig,
  orthogonal,
  type Seed,
  split,
  uniform,
  readConfig,
} from '@pushforward/tensor';
import type { Mask } from '../masks/masks.js';

/** How a {@link MaskedLinear} starts and is parameterised. */
export interface MaskedLinearOptions {
  /**
   * The weights and the bias of an output with n unmasked inputs start uniform in ±gain·√(3/n), that is with standard deviation
   * gain/√n. Biases from 0 would leave units that see one dimension with all their kinks at its origin. Default 1.
   */
  gain?: number;
  /** Whether the weights start as gain times a matrix with orthonormal rows or columns instead, before the mask. Default false. */
  orthogonal?: boolean;
  /** Whether each output's weights are a direction times a length (Salimans & Kingma 2016, equation 2). Default false. */
  weightNorm?: boolean;
  /** Whether a bias is added. Default true. */
  bias?: boolean;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A dense layer without the connections that a mask leaves out: `x·(W∘M) + b`, or with weight normalisation
 * `x·(g (W∘M) / ‖W∘M‖) + b`, the norm taken over each output's weights.
 *
 * **Shapes**: `[...batch, inputs]` → `[...batch, outputs]`.
 *
 * Source: Germain et al. 2015, equation 9; Salimans & Kingma 2016, "Weight normalization: a simple reparameterization to accelerate training of deep
 * neural networks".
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { MaskedLinear } from '@pushforward/made';
 *
 * const layer = new MaskedLinear([[1, 1], [0, 1]], { seed: 0 });
 * const [before, after] = await Promise.all([[1, 2], [1, 3]].map((row) => layer.apply(tf.tensor2d([row])).data()));
 * console.log(before[0] === after[0]); // true
 * ```
 */
export class MaskedLinear extends Module {
  static readonly type: string = 'MaskedLinear';
  static override fromConfig(config: ModuleConfig): MaskedLinear {
    const { mask } = config;
    const isMask =
      Array.isArray(mask) &&
      mask.length > 0 &&
      mask.every((row) => typeof row === 'string' && /^[01]+$/u.test(row) && row.length === String(mask[0]).length);
    if (!isMask)
      throw new Error(`MaskedLinear: mask must be texts of zeros and ones, of one length, got ${formatValue(mask)}`);
    const rows = (mask as string[]).map((row) => Array.from(row, Number));
    return new MaskedLinear(rows, { ...readConfig(config, { weightNorm: 'boolean', bias: 'boolean' }), seed: 0 });
  }

  readonly weights: Variable;
  readonly bias?: Variable;
  readonly gain?: Variable;
  // Private, since whoever looks for variables goes through all public arrays.
  readonly #mask: Mask;
  readonly #maskTensor: Tensor2D;

  constructor(mask: Mask, options: MaskedLinearOptions = {}) {
    super();
    checkOptions('MaskedLinear', options, ['gain', 'orthogonal', 'weightNorm', 'bias', 'seed']);
    if (!Array.isArray(mask) || !Array.isArray(mask[0]))
      throw new Error(`MaskedLinear: mask must be rows of zeros and ones, got ${formatValue(mask)}`);
    const { gain = 1, orthogonal: isOrthogonal = false, weightNorm = false, bias = true, seed } = options;
    const [inputs, outputs] = [mask.length, mask[0].length];
    const [weightKey, biasKey] = split(key(seed));
    let scales: number[] | undefined;
    const scale = () => {
      // An output without inputs has weights that the mask removes; any scale does for them.
      scales ??= mask[0].map((_, output) =>
        Math.sqrt(
          3 /
            Math.max(
              1,
              mask.reduce((count, row) => count + row[output], 0),
            ),
        ),
      );
      return tensor2d([scales]);
    };
    this.weights = makeVariable([inputs, outputs], () => {
      const drawn = () => mul(uniform(weightKey, [inputs, outputs], { minval: -1 }), scale());
      const direction = isOrthogonal ? orthogonal(weightKey, inputs, outputs) : drawn();
      // Under weight normalisation the direction needs a length even where the gain is 0.
      return weightNorm ? direction : mul(direction, gain);
    });
    if (bias) {
      this.bias = makeVariable([outputs], () =>
        reshape(mul(uniform(biasKey, [1, outputs], { minval: -1 }), mul(scale(), gain)), [outputs]),
      );
    }
    this.#mask = mask;
    this.#maskTensor = keep(tensor2d(mask));
    if (weightNorm) this.gain = makeVariable([outputs], () => mul(maskedNorm(this.weights, this.#maskTensor), gain));
  }

  /** 1 where a connection is, `[inputs][outputs]`. */
  get mask(): Mask {
    return this.#mask;
  }

  /** The weights as they act, `[inputs, outputs]`. */
  effectiveWeights(): Tensor2D {
    return tidy(() => {
      const masked = mul(this.weights, this.#maskTensor);
      return (this.gain ? mul(masked, div(this.gain, maskedNorm(masked, ones([1])))) : masked) as Tensor2D;
    });
  }

  /** @throws Error unless x is `[...batch, inputs]` */
  apply(x: Tensor): Tensor {
    return tidy(() => linear(x, this.effectiveWeights(), this.bias));
  }

  override dispose(): void {
    super.dispose();
    this.#maskTensor.dispose();
  }

  override config(): ModuleConfig {
    return {
      type: MaskedLinear.type,
      mask: this.mask.map((row) => row.join('')),
      weightNorm: this.gain !== undefined,
      bias: this.bias !== undefined,
    };
  }
}

/** Safe at 0, where the gradient of a square root is infinite. */
function maskedNorm(weights: Tensor, mask: Tensor): Tensor {
  return sqrt(add(sum(square(mul(weights, mask)), 0), 1e-12));
}
