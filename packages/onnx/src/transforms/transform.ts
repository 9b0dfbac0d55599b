import {
  AffineTransform,
  CircularSplineTransform,
  type Direction,
  type ElementwiseTransform,
  GateTransform,
  InvertTransform,
  RationalQuadraticSplineTransform,
  ResidualTransform,
  ShiftTransform,
  SigmoidalTransform,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  SoftplusAffineTransform,
} from '@pushforward/bijectors';
import { refuse } from '../refuse.js';
import { affineMap, sigmoidAffineMap, softclipAffineMap, softplusAffineMap } from './affine.js';
import { residualMap } from './residual.js';
import { sigmoidalMap } from './sigmoidal.js';
import { softclipSplineMap, splineMap } from './spline.js';
import type { TransformMap } from './transform-map.js';

type Make<T> = (transform: T, direction: Direction) => TransformMap;

// By the class itself: of a class that extends one of these, the formula is not known.
const MAKERS = new Map<unknown, Make<never>>([
  [AffineTransform, affineMap],
  [ShiftTransform, affineMap],
  [GateTransform, affineMap],
  [SigmoidAffineTransform, sigmoidAffineMap],
  [SoftclipAffineTransform, softclipAffineMap],
  [SoftclipSplineTransform, softclipSplineMap],
  [SoftplusAffineTransform, softplusAffineMap],
  [RationalQuadraticSplineTransform, splineMap],
  [CircularSplineTransform, splineMap],
  [SigmoidalTransform, sigmoidalMap],
  [
    ResidualTransform,
    (transform: ResidualTransform, direction: Direction) => residualMap(transform, direction, transformMap),
  ],
  [
    InvertTransform,
    ({ transform }: InvertTransform, direction: Direction) =>
      transformMap(transform, direction === 'forward' ? 'inverse' : 'forward'),
  ],
]);

/** @throws Error if a transform has no form in ONNX */
export function transformMap(transform: ElementwiseTransform, direction: Direction): TransformMap {
  const make = MAKERS.get(transform.constructor) as Make<ElementwiseTransform> | undefined;
  if (!make) throw refuse(transform);
  return make(transform, direction);
}
