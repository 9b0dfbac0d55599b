import type { Chain, EmbedContext, Invert, MapContext, Partition } from '@pushforward/bijectors';
import type { BijectorFormula, Events, FormulaBuilder, MappedEvents } from '../contract/formulas.js';
import { vectorsOf } from './vectors.js';

const inTurn =
  (maps: readonly ((events: Events) => MappedEvents)[]) =>
  (events: Events): MappedEvents => {
    const logDet = new Float64Array(events.count);
    let { values } = events;
    for (const map of maps) {
      const mapped = map({ ...events, values });
      values = mapped.values;
      for (let i = 0; i < logDet.length; i++) logDet[i] += mapped.logDet[i];
    }
    return { values, logDet };
  };

/** One after another. */
export function chainFormula({ parts }: Chain, build: FormulaBuilder): BijectorFormula {
  const formulas = parts.map((part) => build.bijector(part));
  return {
    forward: inTurn(formulas.map(({ forward }) => forward)),
    inverse: inTurn(formulas.toReversed().map(({ inverse }) => inverse)),
  };
}

/** The directions swapped. */
export function invertFormula({ bijector }: Invert, build: FormulaBuilder): BijectorFormula {
  const { forward, inverse } = build.bijector(bijector);
  return { forward: inverse, inverse: forward };
}

/** A bijector whose context is in units of its own. */
export function mapContextFormula({ bijector, map }: MapContext, build: FormulaBuilder): BijectorFormula {
  const { forward, inverse } = build.bijector(bijector);
  const units = build.bijector(map);
  const inUnits = ({ context, ...events }: Events): Events => ({
    ...events,
    context: context && units.inverse({ values: context, count: events.count }).values,
  });
  return { forward: (events) => forward(inUnits(events)), inverse: (events) => inverse(inUnits(events)) };
}

/** A bijector whose context goes through a network. */
export function embedContextFormula({ bijector, network }: EmbedContext, build: FormulaBuilder): BijectorFormula {
  const { forward, inverse } = build.bijector(bijector);
  const embed = build.network(network);
  const embedded = ({ context, ...events }: Events): Events => ({
    ...events,
    context: context && embed(context, events.count, undefined),
  });
  return { forward: (events) => forward(embedded(events)), inverse: (events) => inverse(embedded(events)) };
}

const asTheyAre = ({ values, count }: Events): MappedEvents => ({ values, logDet: new Float64Array(count) });

/** The same numbers in an event of another shape. */
export function reshapeFormula(): BijectorFormula {
  return { forward: asTheyAre, inverse: asTheyAre };
}

/** Parts of the last axis, each by a bijector of its own. */
export function partitionFormula(
  { bijectors, sizes, indices, axis }: Partition,
  build: FormulaBuilder,
): BijectorFormula {
  if (axis !== -1) throw new Error(`float64Density: Partition must be along the last axis, −1, got ${axis}`);
  const formulas = bijectors.map((bijector) => bijector && build.bijector(bijector));
  const before = placesOf(sizes, indices);
  const after = placesOf(
    bijectors.map((bijector, i) => bijector?.forwardEventShape([sizes[i]])[0] ?? sizes[i]),
    indices,
  );
  const run =
    (direction: 'forward' | 'inverse') =>
    (events: Events): MappedEvents => {
      const [from, to] = direction === 'forward' ? [before, after] : [after, before];
      const { vectors } = vectorsOf(events, from.flat().length);
      const values = new Float64Array(vectors * to.flat().length);
      const logDet = new Float64Array(events.count);
      for (const [i, formula] of formulas.entries()) {
        const part = gather(events.values, vectors, from, i);
        const mapped = formula?.[direction]({ ...events, values: part });
        scatter(mapped?.values ?? part, vectors, to, i, values);
        if (mapped) for (let event = 0; event < logDet.length; event++) logDet[event] += mapped.logDet[event];
      }
      return { values, logDet };
    };
  return { forward: run('forward'), inverse: run('inverse') };
}

type Places = readonly (readonly number[])[];

/** The indices of each part's entries. */
function placesOf(sizes: readonly number[], indices: Places | undefined): Places {
  if (indices) return indices;
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return Array.from({ length: size }, (_, j) => start - size + j);
  });
}

function gather(values: Float64Array, vectors: number, places: Places, part: number): Float64Array {
  const own = places[part];
  const width = places.flat().length;
  return Float64Array.from({ length: vectors * own.length }, (_, j) => {
    const vector = Math.floor(j / own.length);
    return values[vector * width + own[j % own.length]];
  });
}

function scatter(values: Float64Array, vectors: number, places: Places, part: number, result: Float64Array): void {
  const own = places[part];
  const width = places.flat().length;
  for (let v = 0; v < vectors; v++)
    for (const [j, place] of own.entries()) result[v * width + place] = values[v * own.length + j];
}
