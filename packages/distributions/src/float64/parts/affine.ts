import type {
  AffineTransform,
  GateTransform,
  InvertTransform,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftplusAffineTransform,
} from '@pushforward/bijectors';
import type { FormulaBuilder, TransformFormula } from '../contract/formulas.js';
import { logSigmoid, positive, softclip } from '../contract/math.js';

/** `y = x · exp(L) + shift`, with L bent by a tanh. */
export function affineFormula({ bound }: AffineTransform): TransformFormula {
  return scaled((raw) => (bound === null ? raw : bound * Math.tanh(raw / bound)));
}

/** The same, with L bent as zuko does. */
export function softclipAffineFormula({ slope }: SoftclipAffineTransform): TransformFormula {
  return scaled((raw) => softclip(raw, -Math.log(slope)));
}

function scaled(logScale: (raw: number) => number): TransformFormula {
  return {
    forward(x, parameters, at) {
      const logDerivative = logScale(parameters[at + 1]);
      return { value: x * Math.exp(logDerivative) + parameters[at], logDerivative };
    },
    inverse(y, parameters, at) {
      const logDerivative = -logScale(parameters[at + 1]);
      return { value: (y - parameters[at]) * Math.exp(logDerivative), logDerivative };
    },
  };
}

/** `y = x + shift`. */
export function shiftFormula(): TransformFormula {
  return {
    forward: (x, parameters, at) => ({ value: x + parameters[at], logDerivative: 0 }),
    inverse: (y, parameters, at) => ({ value: y - parameters[at], logDerivative: 0 }),
  };
}

/** `y = σ·x + (1 − σ)·m`. */
export function gateFormula({ forgetBias, bound }: GateTransform): TransformFormula {
  const step = (sign: 1 | -1) => (input: number, parameters: Float64Array, at: number) => {
    const target = parameters[at];
    const logDerivative = sign * logSigmoid(forgetBias + bound * Math.tanh(parameters[at + 1] / bound));
    return { value: target + (input - target) * Math.exp(logDerivative), logDerivative };
  };
  return { forward: step(1), inverse: step(-1) };
}

/** `y = x · scale + shift`, with the scale a softplus. */
export function softplusAffineFormula({ minScale }: SoftplusAffineTransform): TransformFormula {
  return scaledBy((raw) => positive(raw, minScale));
}

/** The same, with the scale a sigmoid. */
export function sigmoidAffineFormula({ offset, minScale }: SigmoidAffineTransform): TransformFormula {
  return scaledBy((raw) => minScale + Math.exp(logSigmoid(raw + offset)));
}

function scaledBy(scaleOf: (raw: number) => number): TransformFormula {
  return {
    forward(x, parameters, at) {
      const scale = scaleOf(parameters[at + 1]);
      return { value: x * scale + parameters[at], logDerivative: Math.log(scale) };
    },
    inverse(y, parameters, at) {
      const scale = scaleOf(parameters[at + 1]);
      return { value: (y - parameters[at]) / scale, logDerivative: -Math.log(scale) };
    },
  };
}

/** A transform with its directions swapped. */
export function invertTransformFormula({ transform }: InvertTransform, build: FormulaBuilder): TransformFormula {
  const { forward, inverse } = build.transform(transform);
  return { forward: inverse, inverse: forward };
}
