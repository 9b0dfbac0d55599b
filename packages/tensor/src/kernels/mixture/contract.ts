/** Mixtures of K components, with the limits of their parameters. */
export interface MixtureShape {
  /** Of what distribution the components are, and the result where the number is of the mixture. */
  readonly family: 'logistic' | 'gaussian';
  /** K */
  readonly components: number;
  /** Whether an affine map follows, with two more parameters. */
  readonly affine: boolean;
  /** The largest |log-scale| of a component, in nats. */
  readonly logScaleBound: number;
  /** That of the affine map. */
  readonly affineBound: number;
  /** The smallest logarithm of a hazard rate by which the inverse's gradient divides. */
  readonly flattest: number;
}

/** One direction. */
export interface MixtureForm {
  readonly shape: MixtureShape;
  readonly isInverse: boolean;
}
