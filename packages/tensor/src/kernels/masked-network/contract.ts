import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../activation.js';
import type { StepForm } from '../step-form.js';

/**
 * The structure of a masked network. Node 0 is its input, node l + 1 the output of layer l, the last node the
 * parameters. Hidden units are sorted by degree: a unit of degree d sees
 * the dimensions of the first d degrees.
 */
export interface MaskedNetwork {
  /** The dimensions by degree: a permutation of 0 … D − 1. */
  readonly order: readonly number[];
  /** Entry r, up to the number of degrees, is how many dimensions have lower degrees; those of one degree are chosen at once. */
  readonly starts: readonly number[];
  /**
   * The number of dimensions, those of the lowest degree, that stay as they are: a coupling layer's. They have no parameters. The rows of the weights that read
   * them and the parameters of the others then stand in the order, not in the natural one. Default 0.
   */
  readonly passing?: number;
  readonly activation: Activation;
  readonly layers: readonly {
    /** The node it reads: node 0 as it is, any other through the activation. */
    readonly from: number;
    /** The node that is added to the result. */
    readonly skip?: number;
    /** Whether the units are the parameters, P for each dimension in the natural order, and not hidden ones. */
    readonly isOutput: boolean;
    /** Entry r, up to the number of degrees, is the number of units of lower degree. */
    readonly starts: readonly number[];
  }[];
}

/** Arrays of a {@link MaskedNetwork}. */
export interface MaskedNetworkArrays {
  /** `[...batch, D]` */
  readonly input: Tensor;
  /**
   * One for each layer, `[inputs, units]`, of the input's dimensions only those that pass if any do; what is of too high a degree for a unit is not
   * read, and its gradient is 0.
   */
  readonly weights: readonly Tensor[];
  /** The offset of each layer's products, the same for every event or not: `units` numbers or as many for each event. */
  readonly offsets: readonly (Tensor | undefined)[];
}

/** Attributes of both kernels. */
export interface MaskedNetworkAttrs {
  readonly network: MaskedNetwork;
  /** The map that takes the parameters; without it they are the result. */
  readonly form?: StepForm;
  readonly sequential: boolean;
  /** For each layer, which of the tensors after the weights is added to its products; −1 for none. */
  readonly offsets: readonly number[];
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}
