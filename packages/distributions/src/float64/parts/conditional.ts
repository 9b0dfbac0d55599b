import type { Autoregressive, Coupling } from '@pushforward/bijectors';
import type { BijectorFormula, Events, FormulaBuilder, MappedEvents, TransformFormula } from '../contract/formulas.js';
import { vectorsOf } from './vectors.js';

type Step = TransformFormula['forward'];

/** One pass, or rank after rank. */
export function autoregressiveFormula(
  { conditioner, transform, direction, contextDim }: Autoregressive,
  build: FormulaBuilder,
): BijectorFormula {
  const network = build.conditioner(conditioner);
  const { forward, inverse } = build.transform(transform);
  const { dim, parameterCount } = conditioner;
  const { ranks } = network;
  const run = (isParallel: boolean, step: Step) => (events: Events) => {
    const { vectors, eventOf, context } = vectorsOf(events, dim);
    const values = new Float64Array(events.values.length);
    const logDet = new Float64Array(events.count);
    const pass = network.begin(isParallel ? events.values : values, vectors, contextDim > 0 ? context : undefined);
    const parts = isParallel ? [[0, ranks.length]] : ranks.map((_, rank) => [rank, rank + 1]);
    for (const [from, to] of parts) {
      pass.advance(from, to);
      const dimensions = ranks.slice(from, to).flat();
      for (let v = 0; v < vectors; v++) {
        for (const i of dimensions) {
          const at = v * dim + i;
          const mapped = step(events.values[at], pass.parameters, at * parameterCount);
          values[at] = mapped.value;
          logDet[eventOf(v)] += mapped.logDerivative;
        }
      }
    }
    return { values, logDet };
  };
  return { forward: run(direction === 'forward', forward), inverse: run(direction === 'inverse', inverse) };
}

/** Some dimensions transformed by what a network makes of the others. */
export function couplingFormula(
  { dim, transformed, network, transform, contextDim }: Coupling,
  build: FormulaBuilder,
): BijectorFormula {
  const compute = build.network(network);
  const { forward, inverse } = build.transform(transform);
  const moves = new Set(transformed);
  const stays = Array.from({ length: dim }, (_, i) => i).filter((i) => !moves.has(i));
  const run =
    (step: Step) =>
    (events: Events): MappedEvents => {
      const { vectors, eventOf, context } = vectorsOf(events, dim);
      const values = events.values.slice();
      const logDet = new Float64Array(events.count);
      const seen = new Float64Array(vectors * stays.length);
      for (let v = 0; v < vectors; v++)
        for (const [j, i] of stays.entries()) seen[v * stays.length + j] = values[v * dim + i];
      const parameters = compute(seen, vectors, contextDim > 0 ? context : undefined);
      for (let v = 0; v < vectors; v++) {
        for (const [j, i] of transformed.entries()) {
          const at = (v * transformed.length + j) * transform.parameterCount;
          const mapped = step(events.values[v * dim + i], parameters, at);
          values[v * dim + i] = mapped.value;
          logDet[eventOf(v)] += mapped.logDerivative;
        }
      }
      return { values, logDet };
    };
  return { forward: run(forward), inverse: run(inverse) };
}
