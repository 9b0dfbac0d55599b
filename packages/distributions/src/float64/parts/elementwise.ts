import type { Elementwise, Power, Scale, Shift } from '@pushforward/bijectors';
import { sizeOf } from '@pushforward/tensor';
import type { BijectorFormula, Events, FormulaBuilder, MappedEvents, MappedNumber } from '../contract/formulas.js';
import { logSigmoid, softplus } from '../contract/math.js';

/** A map of each number by itself, which may depend on its place among the numbers of an event. */
function eachNumber(map: (value: number, place: number) => MappedNumber): (events: Events) => MappedEvents {
  return ({ values: given, count }) => {
    const size = given.length / count;
    const values = new Float64Array(given.length);
    const logDet = new Float64Array(count);
    for (let event = 0; event < count; event++) {
      for (let place = 0; place < size; place++) {
        const mapped = map(given[event * size + place], place);
        values[event * size + place] = mapped.value;
        logDet[event] += mapped.logDerivative;
      }
    }
    return { values, logDet };
  };
}

function scalarFormula(forward: (x: number) => MappedNumber, inverse: (y: number) => MappedNumber): BijectorFormula {
  return { forward: eachNumber(forward), inverse: eachNumber(inverse) };
}

/** A transform with parameters of its own. */
export function elementwiseFormula(
  { transform, parameters, eventShape }: Elementwise,
  build: FormulaBuilder,
): BijectorFormula {
  const own = build.numbers(parameters);
  const { forward, inverse } = build.transform(transform);
  const size = sizeOf(eventShape);
  const at = (place: number) => (place % size) * transform.parameterCount;
  return {
    forward: eachNumber((x, place) => forward(x, own, at(place))),
    inverse: eachNumber((y, place) => inverse(y, own, at(place))),
  };
}

/** `eˣ`. */
export function expFormula(): BijectorFormula {
  return scalarFormula(
    (x) => ({ value: Math.exp(x), logDerivative: x }),
    (y) => ({ value: Math.log(y), logDerivative: -Math.log(y) }),
  );
}

/** `xᵖ`. */
export function powerFormula({ exponent }: Power): BijectorFormula {
  const logSlope = (logX: number) => logX * (exponent - 1) + Math.log(Math.abs(exponent));
  return scalarFormula(
    (x) => ({ value: Math.exp(Math.log(x) * exponent), logDerivative: logSlope(Math.log(x)) }),
    (y) => {
      const logX = Math.log(y) / exponent;
      return { value: Math.exp(logX), logDerivative: -logSlope(logX) };
    },
  );
}

/** `scale · x`. */
export function scaleFormula({ scale }: Scale): BijectorFormula {
  const logDerivative = Math.log(Math.abs(scale));
  return scalarFormula(
    (x) => ({ value: x * scale, logDerivative }),
    (y) => ({ value: y / scale, logDerivative: -logDerivative }),
  );
}

/** `x + shift`. */
export function addedFormula({ shift }: Shift): BijectorFormula {
  return scalarFormula(
    (x) => ({ value: x + shift, logDerivative: 0 }),
    (y) => ({ value: y - shift, logDerivative: 0 }),
  );
}

/** `1 / (1 + e⁻ˣ)`. */
export function sigmoidFormula(): BijectorFormula {
  return scalarFormula(
    (x) => ({ value: Math.exp(logSigmoid(x)), logDerivative: logSigmoid(x) + logSigmoid(-x) }),
    (y) => {
      const [logYes, logNo] = [Math.log(y), Math.log1p(-y)];
      return { value: logYes - logNo, logDerivative: -(logYes + logNo) };
    },
  );
}

/** `log(1 + eˣ)`. */
export function softplusFormula(): BijectorFormula {
  return scalarFormula(
    (x) => ({ value: softplus(x), logDerivative: logSigmoid(x) }),
    (y) => {
      const logSlope = Math.log(-Math.expm1(-y));
      return { value: y + logSlope, logDerivative: -logSlope };
    },
  );
}

/** tanh. */
export function tanhFormula(): BijectorFormula {
  return scalarFormula(
    (x) => ({ value: Math.tanh(x), logDerivative: 2 * (Math.LN2 - x - softplus(-2 * x)) }),
    (y) => {
      const [above, below] = [Math.log1p(y), Math.log1p(-y)];
      return { value: (above - below) / 2, logDerivative: -(above + below) };
    },
  );
}
