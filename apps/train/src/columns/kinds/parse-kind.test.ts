import { expect, test } from 'vitest';
import { kindList, parseKind } from './parse-kind.js';

test.each([
  ['age=positive', { column: 'age', kind: 'positive', numbers: [] }],
  ['rate = bounded:0:1', { column: 'rate', kind: 'bounded', numbers: [0, 1] }],
  ['t=bounded:-1e-3:2.5', { column: 't', kind: 'bounded', numbers: [-1e-3, 2.5] }],
  ['a=b=integer', { column: 'a=b', kind: 'integer', numbers: [] }],
  ['count=integer:0', { column: 'count', kind: 'integer', numbers: [0] }],
  ['die=integer:1:6', { column: 'die', kind: 'integer', numbers: [1, 6] }],
  ['grade=ordinal', { column: 'grade', kind: 'ordinal', numbers: [] }],
  ['city=categorical', { column: 'city', kind: 'categorical', numbers: [] }],
  ['angle=circular', { column: 'angle', kind: 'circular', numbers: [-Math.PI, Math.PI] }],
  ['hour=circular:0:24', { column: 'hour', kind: 'circular', numbers: [0, 24] }],
])('%s', (text, spec) => {
  expect(parseKind(text)).toEqual(spec);
});

test('several, and names with commas', () => {
  expect(kindList('a=positive, weight,, in t=bounded:0:9')).toEqual(['a=positive', 'weight, in t=bounded:0:9']);
});

test.each([
  ['positive', 'Expected column=kind, got "positive".'],
  ['=positive', 'Expected column=kind, got "=positive".'],
  ['a=real', 'Kinds are positive, bounded, integer, ordinal, categorical, circular, got "real".'],
  ['a=toString', 'Kinds are positive, bounded, integer, ordinal, categorical, circular, got "toString".'],
  ['a=bounded', 'Expected a=bounded:LOW:HIGH, got "a=bounded".'],
  ['a=bounded:0:x', 'Expected a=bounded:LOW:HIGH, got "a=bounded:0:x".'],
  ['a=bounded:0:', 'Expected a=bounded:LOW:HIGH, got "a=bounded:0:".'],
  ['a=bounded:0:1e39', 'Expected a=bounded:LOW:HIGH, got "a=bounded:0:1e39".'],
  ['a=circular:360', 'Expected a=circular or a=circular:LOW:HIGH, got "a=circular:360".'],
  ['a=bounded:1:0', 'The first end must be below the second, got "a=bounded:1:0".'],
  ['a=bounded:1e9:1000000001', 'The ends are too close for single precision, got "a=bounded:1e9:1000000001".'],
  ['a=integer:0.5', 'The ends of an integer must be whole numbers, got "a=integer:0.5".'],
  ['city=categorical:3', 'Expected city=categorical, got "city=categorical:3".'],
])('%s is refused', (text, message) => {
  expect(() => kindList(text)).toThrow(message);
});
