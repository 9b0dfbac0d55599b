import type { Operation, ProcessFigure } from './operation.js';
import { ratio, ratioOfMinima, type Series } from './series.js';
import { type AnySize, isOfImages, sizeName } from './size.js';

/** Looks a series up; undefined where it was not measured. */
export type Find = (operation: Operation | ProcessFigure, side: string, size: AnySize) => Series | undefined;

/** One promise about a ratio, at some of the sizes. */
interface Demand {
  readonly text: string;
  readonly sizes: (size: AnySize) => boolean;
  readonly ratio: readonly [numerator: [Operation, string], denominator: [Operation, string]];
  readonly bound: { readonly least: number } | { readonly most: number };
}

/** A demand and what was measured. */
export interface Verdict {
  readonly demand: string;
  readonly figures: { size: string; ratio: number; ofMinima: number; predicted: boolean }[];
  /** Undefined where that is not known: nothing was measured, or some sizes were only predicted and the others hold. */
  readonly holds: boolean | undefined;
}

const every = () => true;
const wide = (size: AnySize) => !isOfImages(size) && size.hidden[0] >= 512;
const narrow = (size: AnySize) => !isOfImages(size) && !wide(size);
const between = (least: number, most: number) => (size: AnySize) =>
  !isOfImages(size) && size.dim >= least && size.dim <= most;

/** Two runs of the same program differ by this much. */
const NOISE = 0.05;

function demandsOf(threads: number): Demand[] {
  const counts = threads > 1 ? [1, threads] : [1];
  const perCount = counts.flatMap((count): Demand[] => {
    const on = `${count} thread${count > 1 ? 's' : ''}`;
    const [ours, zuko] = [`ours ${count}`, `zuko ${count}`];
    const faster = (
      operation: Operation,
      than: string,
      least: number,
      sizes: Demand['sizes'],
      where: string,
    ): Demand => ({
      text: `${operation}, ${on}: ${than} / ours at least ${least} ${where}`,
      sizes,
      ratio: [
        [operation, than],
        [operation, ours],
      ],
      bound: { least },
    });
    return [
      {
        text: `MADE layer, ${on}: sequential / parallel direction at most 1.5`,
        sizes: every,
        ratio: [
          ['layer-sequential', ours],
          ['layer-parallel', ours],
        ],
        bound: { most: 1.5 },
      },
      {
        text: `MADE layer with gradients, ${on}: sequential / parallel direction at most 2`,
        sizes: every,
        ratio: [
          ['layer-sequential-gradient', ours],
          ['layer-parallel-gradient', ours],
        ],
        bound: { most: 2 },
      },
      faster('maf-sample', zuko, 8, between(6, 8), 'at D 6 to 8'),
      faster('maf-sample', zuko, 30, between(32, 63), 'at D 32 to 63'),
      faster('maf-sample', zuko, 400, between(784, 784), 'at D 784'),
      faster('maf-step', zuko, 1, every, 'at every size'),
      faster('maf-step', zuko, 2, between(6, 8), 'at D 6 and 8'),
      faster('maf-step', 'stock', 15, wide, 'from 512² upwards'),
      faster('vae-gaussian-step', zuko, 0.6, every, 'at every size'),
      faster('vae-iaf-step', zuko, 0.6, every, 'at every size'),
      faster('convolution', 'stock', 1, every, 'at every size'),
      faster('convolution-gradient', 'stock', 10, every, 'at every size'),
      ...withWideVectors(count),
      {
        text: `training step, ${on}: IAF / MAF at most 1.6`,
        sizes: every,
        ratio: [
          ['iaf-step', ours],
          ['maf-step', ours],
        ],
        bound: { most: 1.6 },
      },
    ];
  });
  if (threads === 1) return perCount;
  const shared: Operation[] = [
    'maf-step',
    'iaf-step',
    'maf-log-prob',
    'maf-sample',
    'vae-gaussian-step',
    'vae-iaf-step',
  ];
  const perThread = shared.flatMap((operation): Demand[] => {
    const gain = [
      [operation, 'ours 1'],
      [operation, `ours ${threads}`],
    ] as Demand['ratio'];
    return [
      {
        text: `${operation}: 1 thread / ${threads} threads at least 1.6 from 512² upwards`,
        sizes: wide,
        ratio: gain,
        bound: { least: 1.6 },
      },
      {
        text: `${operation}: 1 thread / ${threads} threads at least 1 below 512², less the ${100 * NOISE} % of noise`,
        sizes: narrow,
        ratio: gain,
        bound: { least: 1 - NOISE },
      },
    ];
  });
  return [...perCount, ...perThread];
}

/** What is promised of an engine that fuses two vectors into one of 256 bits. */
function withWideVectors(threads: number): Demand[] {
  const node24 = `ours ${threads} on Node 24`;
  const zuko = `zuko ${threads}`;
  const promises: [Operation, number, Demand['sizes'], string][] = [
    ['maf-step', 3, between(6, 8), 'at D 6 and 8'],
    ['maf-step', 2, between(32, 32), 'at D 32'],
    ['maf-step', 1.8, between(63, 784), 'at D 63 and 784'],
    ['vae-gaussian-step', 1, every, 'at every size'],
    ['vae-iaf-step', 1.2, every, 'at every size'],
  ];
  return promises.map(([operation, least, sizes, where]) => ({
    text: `${operation}, Node 24, ${threads} thread${threads > 1 ? 's' : ''}: zuko / ours at least ${least} ${where}`,
    sizes,
    ratio: [
      [operation, zuko],
      [operation, node24],
    ],
    bound: { least },
  }));
}

/** What the project promises of its speed, against what was measured. */
export function judge(threads: number, sizes: readonly AnySize[], find: Find): Verdict[] {
  return demandsOf(threads).map(({ text, sizes: applies, ratio: [numerator, denominator], bound }) => {
    const figures = sizes.filter(applies).flatMap((size) => {
      const [above, below] = [find(...numerator, size), find(...denominator, size)];
      if (!above || !below) return [];
      const predicted = above.predicted !== undefined || below.predicted !== undefined;
      return [{ size: sizeName(size), ratio: ratio(above, below), ofMinima: ratioOfMinima(above, below), predicted }];
    });
    const satisfies = (value: number) => ('least' in bound ? value >= bound.least : value <= bound.most);
    const measured = figures.filter(({ predicted }) => !predicted);
    const fails = measured.some((figure) => !satisfies(figure.ratio));
    const unknown = measured.length === 0 || measured.length < figures.length;
    return { demand: text, figures, holds: fails ? false : unknown ? undefined : true };
  });
}
