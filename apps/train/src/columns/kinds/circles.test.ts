import { tensor2d } from '@tensorflow/tfjs-core';
import { affine, Chain } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { expect, test } from 'vitest';
import { logProbOf, turnsOf } from './circles.js';
import type { DeclaredKind } from './declared-kind.js';
import { ontoSupports } from './real-line.js';

const hours = { kind: 'circular', low: 0, high: 24, centre: 22 } satisfies DeclaredKind;

test('the places of a row are one turn to either side, in every circular column', () => {
  expect(turnsOf([null, { kind: 'positive' }])).toEqual([[0, 0]]);
  expect(turnsOf([null, hours])).toEqual([
    [0, 0],
    [0, -24],
    [0, 24],
  ]);
  expect(turnsOf([hours, null, hours])).toHaveLength(9);
});

test.each([0.2, 0.5, 0.8])('the density is one of the circle: %d wide on the line', async (scale) => {
  const columns = ontoSupports([hours, null])!;
  const model = new Transformed(
    new StandardNormal(2),
    new Chain([affine({ loc: [0.3, 1], scale: [scale, 2] }), columns]),
  );
  const logProb = logProbOf(model, [hours, null]);
  const density = async (angles: number[]) => {
    const rows = tensor2d(
      angles.map((angle) => [angle, 1]),
      [angles.length, 2],
    );
    return [...(await logProb(rows).data<'float32'>())].map(Math.exp);
  };
  // Where the line is cut, half a turn before and behind the centre.
  const [before, behind] = await density([10, 34]);
  expect(behind).toBeCloseTo(before, 5);
  const all = await density(Array.from({ length: 480 }, (_, i) => 10 + (i + 0.5) / 20));
  // The other column's density at its mean is 1 / (2 √2π).
  const total = all.reduce((sum, value) => sum + value / 20, 0) * 2 * Math.sqrt(2 * Math.PI);
  expect(total).toBeCloseTo(1, 3);
});
