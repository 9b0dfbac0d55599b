import { add, div, log, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { broadcastTo, type Key, key, type ModuleConfig } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  broadcastShapes,
  checkBroadcast,
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { sampleShape } from '../contract/sample-shape.js';

/** The distribution of `loc + scale · standard`, where the standard number has one distribution: what a class adds is that. */
export abstract class LocationScale extends Distribution {
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  /** The standard deviation of the standard number, or of each of the batch, made under `tf.tidy`. */
  protected abstract readonly deviation: number | Tensor;
  /** The entropy of the standard number, or of each of the batch, made under `tf.tidy`. */
  protected abstract readonly nats: number | Tensor;

  /**
   * @param type what saved files and error messages call the class
   * @param shapes those of further parameters
   */
  constructor(
    protected readonly type: string,
    readonly loc: Parameter,
    readonly scale: Parameter,
    ...shapes: readonly number[][]
  ) {
    super();
    checkParameter(`${type}: loc`, loc);
    checkPositive(`${type}: scale`, scale);
    this.batchShape = broadcastShapes(type, shapeOf(loc), shapeOf(scale), ...shapes);
  }

  /** Standard numbers. */
  protected abstract draw(key: Key, shape: readonly number[]): Tensor;

  /** The log-density of `loc + scale · standard`. */
  protected abstract logDensity(standard: Tensor, logScale: Tensor): Tensor;

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape(this.type, count), ...this.batchShape];
    return tidy(() => add(toTensor(this.loc), mul(toTensor(this.scale), this.draw(key(seed), shape))));
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast(`${this.type}: x`, x, this.batchShape);
    return tidy(() => {
      const scale = toTensor(this.scale);
      return this.logDensity(div(sub(x, toTensor(this.loc)), scale), log(scale));
    });
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    { seed }: SampleOptions = {},
  ): { value: Tensor; logProb: Tensor } {
    const shape = [...sampleShape(this.type, count), ...this.batchShape];
    return tidy(() => {
      const standard = this.draw(key(seed), shape);
      const scale = toTensor(this.scale);
      return { value: add(toTensor(this.loc), mul(scale, standard)), logProb: this.logDensity(standard, log(scale)) };
    });
  }

  override mean(): Tensor {
    return tidy(() => broadcastTo(toTensor(this.loc), this.batchShape));
  }

  override stddev(): Tensor {
    return tidy(() => mul(broadcastTo(toTensor(this.scale), this.batchShape), this.deviation));
  }

  override entropy(): Tensor {
    return tidy(() => add(log(broadcastTo(toTensor(this.scale), this.batchShape)), this.nats));
  }

  override config(): ModuleConfig {
    return {
      type: this.type,
      loc: parameterConfig(`${this.type}: loc`, this.loc),
      scale: parameterConfig(`${this.type}: scale`, this.scale),
    };
  }
}
