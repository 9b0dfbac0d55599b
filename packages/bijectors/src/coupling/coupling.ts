import { concat, reshape, split, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  type BuildModule,
  checkInstance,
  checkInteger,
  checkIntegers,
  formatValue,
  type ModuleConfig,
  readConfig,
} from '@pushforward/tensor';
import { invertPermutation, Mlp, Network, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { select } from '../numerics/select.js';

/** Options of {@link Coupling}. */
export interface CouplingOptions {
  /** D, the length of the vectors. */
  dim: number;
  /** The indices of the dimensions that are transformed; the others, in ascending order, are what the network reads. */
  transformed: readonly number[];
  /** From the other dimensions and the context to P parameters for each transformed dimension, in the order of `transformed`. */
  network: Network;
  /** The map of each transformed dimension. */
  transform: ElementwiseTransform;
  /** Its name in error messages. Default `'Coupling'`. */
  name?: string;
}

/**
 * A coupling layer: some dimensions B are transformed one by one, with parameters that any network computes from the others, A,
 * which stay as they are:
 *
 * `y_A = x_A`, `yᵢ = T(xᵢ; pᵢ(x_A, context))` for i in B, with `log |det| = Σ_B log |T′|`.
 *
 * Both directions are one pass through the network. The context does not reach y_A: let a second layer transform those dimensions.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * **Numerics**: a row with NaN gives NaN in that row alone.
 *
 * Source: Dinh, Krueger & Bengio 2015, "NICE: non-linear independent components estimation", section 3.2; Dinh, Sohl-Dickstein & Bengio
 * 2017, "Density estimation using Real NVP", equations 4 to 8; Durkan et al. 2019, "Neural spline flows", section 2.
 *
 * @throws Error if `transformed` does not hold different indices from 0 to D − 1, or the network's widths do not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, Coupling, Mlp } from '@pushforward/bijectors';
 *
 * const layer = new Coupling({
 *   dim: 3,
 *   transformed: [1, 2],
 *   network: new Mlp({ inputDim: 1, hidden: [16], outputDim: 4, init: 'identity', seed: 0 }),
 *   transform: new AffineTransform(),
 * });
 * console.log(await layer.forward(tf.tensor1d([1, 2, 3])).array()); // [1, 2, 3]
 * ```
 */
export class Coupling extends Bijector {
  static readonly type: string = 'Coupling';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Coupling {
    return new Coupling({
      ...readConfig(config, { dim: 'number', transformed: 'numbers', name: 'text?' }),
      network: build(config.network, Network),
      transform: build(config.transform, ElementwiseTransform),
    });
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  override readonly contextDim: number;
  readonly dim: number;
  readonly transformed: readonly number[];
  readonly network: Network;
  readonly transform: ElementwiseTransform;
  readonly name: string;
  /** The order of the dimensions while they are apart: those that stay, then those that are transformed. */
  readonly #order: readonly number[];

  constructor(options: CouplingOptions) {
    super();
    checkOptions('Coupling', options, ['dim', 'transformed', 'network', 'transform', 'name']);
    const { dim, transformed, network, transform, name = 'Coupling' } = options;
    checkInteger(`${name}: dim`, dim, 1);
    checkIntegers(`${name}: transformed`, transformed, 0);
    checkInstance(`${name}: network`, network, Network, 'a network');
    checkInstance(`${name}: transform`, transform, ElementwiseTransform, 'an elementwise transform');
    const indices = Array.from({ length: dim }, (_, i) => i);
    const set = new Set(transformed);
    if (transformed.length === 0 || set.size !== transformed.length || transformed.some((index) => index >= dim)) {
      throw new Error(
        `${name}: transformed must hold different indices from 0 to ${dim - 1}, at least one, got ${formatValue(transformed)}`,
      );
    }
    if (network.inputDim !== dim - transformed.length) {
      throw new Error(`${name}: network must read ${dim - transformed.length} dimensions, got ${network.inputDim}`);
    }
    if (network.outputDim !== transformed.length * transform.parameterCount) {
      throw new Error(
        `${name}: network must give ${transformed.length} × ${transform.parameterCount} parameters, got ${network.outputDim}`,
      );
    }
    this.dim = dim;
    this.eventShape = [dim];
    this.transformed = [...transformed];
    this.network = network;
    this.transform = transform;
    this.name = name;
    this.contextDim = network.contextDim;
    this.#order = [...indices.filter((index) => !set.has(index)), ...transformed];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('forward', x, context);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('inverse', y, context);
  }

  override config(): ModuleConfig {
    return {
      type: Coupling.type,
      dim: this.dim,
      transformed: [...this.transformed],
      network: this.network.config(),
      transform: this.transform.config(),
      name: this.name,
    };
  }

  #apply(direction: 'forward' | 'inverse', x: Tensor, context: Tensor | undefined): ValueAndLogDet {
    const count = this.transformed.length;
    const rest = this.dim - count;
    return tidy(() => {
      const given = admit({
        name: this.name,
        argument: direction === 'forward' ? 'x' : 'y',
        x,
        event: [this.dim],
        context,
        contextDim: this.contextDim,
      });
      if (this.network instanceof Mlp) {
        const form = this.transform.form?.(direction);
        const known = this.network.coupledTransform(given.x, this.#order, form, given.context);
        if (known) return known;
      }
      const { batch } = given;
      const axis = batch.length;
      const ordered = reorder(given.x, this.#order);
      const [stays, moves] = rest === 0 ? [zeros([...batch, 0]), ordered] : split(ordered, [rest, count], axis);
      const flat = this.network.applyToVectors(stays, given.context);
      const parameters = reshape(flat, [...flat.shape.slice(0, -1), count, this.transform.parameterCount]);
      const { value, logDet } = this.transform[`${direction}AndLogDet`](moves, parameters);
      const joined = rest === 0 ? value : concat([stays, value], axis);
      return { value: reorder(joined, invertPermutation(this.#order)), logDet: sum(logDet, axis) };
    });
  }
}

function reorder(x: Tensor, order: readonly number[]): Tensor {
  return order.every((index, i) => index === i) ? x : select(x, order);
}
