import { expect, test } from 'vitest';
import { prepareRows } from '../model/prepare-rows.js';
import { programOf } from '../program/program.js';
import type { SharedRun } from './protocol.js';
import { specOf } from './shared-run.js';

const shared: SharedRun = {
  title: 'Rings',
  set: 'rings',
  names: ['x', 'y'],
  settings: { flow: 'maf', depth: 2, width: 16, steps: 300, seed: 5 },
  contexts: [],
  box: { x: [-1, 1], y: [-1, 1] },
  step: 120,
};

test('a link to a model of a built-in set has the program of the run that made it', async () => {
  const spec = specOf(shared)!;
  expect(spec).toEqual({ source: { kind: 'set', name: 'rings' }, settings: shared.settings });
  const program = programOf(spec, await prepareRows(spec.source, 5), shared.step, undefined);
  expect(program).toContain('steps: 120,');
  expect(program).toContain('steps: 300 })');
  expect(program).toContain('transforms: 2, hidden: [16, 16]');
});

test('a link to a model of rows that stay where they are has none, and neither has one of a set that is not known', () => {
  for (const set of [null, 'toString', 'moons']) expect(specOf({ ...shared, set })).toBeUndefined();
});
