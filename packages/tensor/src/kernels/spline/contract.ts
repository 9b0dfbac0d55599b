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

/** One direction of rational-quadratic splines. Whether they are periodic, the number of their parameters says. */
export interface SplineForm {
  readonly shape: SplineShape;
  readonly isInverse: boolean;
}
