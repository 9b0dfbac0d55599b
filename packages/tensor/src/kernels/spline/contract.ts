/** The bins of a spline between −bound and bound, with all their limits. */
export interface SplineShape {
  /** K */
  readonly bins: number;
  readonly bound: number;
  /** The smallest width of a bin, as a share of the whole interval. */
  readonly minWidth: number;
  /** Likewise of its height. */
  readonly minHeight: number;
  readonly minDerivative: number;
}

/** What both kernels are told besides tensors. */
export interface SplineAttrs {
  readonly shape: SplineShape;
  readonly isInverse: boolean;
}
