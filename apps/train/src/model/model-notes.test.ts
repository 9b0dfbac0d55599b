import { expect, test } from 'vitest';
import { checkDigitsNotes, checkFlowNotes } from './model-notes.js';

const flow = {
  kind: 'flow',
  columns: ['a', 'b'],
  trainedOn: 'a.csv',
  rows: 3,
  testLogLikelihood: -1.5,
  commandLine: 'train',
};
const digits = { kind: 'digits', height: 4, width: 3, trainedOn: 'digits', commandLine: 'digits' };

test('notes as they are saved', () => {
  expect(checkFlowNotes('f', flow, 2)).toBe(flow);
  expect(checkFlowNotes('f', { ...flow, testLogLikelihood: null }, 2).testLogLikelihood).toBeNull();
  expect(checkDigitsNotes('f', digits, 12)).toBe(digits);
});

test.each([
  [{ columns: ['a'] }, 'f: the note "columns" must be 2 names, got ["a"]'],
  [{ columns: ['a', 2] }, 'f: the note "columns" must be 2 names, got ["a",2]'],
  [{ columns: null }, 'f: the note "columns" must be 2 names, got null'],
  [{ rows: 1.5 }, 'f: the note "rows" must be a whole number of at least 1, got 1.5'],
  [{ rows: '3' }, 'f: the note "rows" must be a whole number of at least 1, got "3"'],
  [{ testLogLikelihood: 'x' }, 'f: the note "testLogLikelihood" must be a number, got "x"'],
  [{ kinds: [null] }, 'f: the note "kinds" must be 2 kinds of columns, got [null]'],
  [{ kinds: [null, { kind: 'odd' }] }, 'f: the note "kinds" must be 2 kinds of columns, got [null,{"kind":"odd"}]'],
  [{ trainedOn: [] }, 'f: the note "trainedOn" must be text, got []'],
  [
    { commandLine: { long: 'x'.repeat(100) } },
    `f: the note "commandLine" must be text, got {"long":"${'x'.repeat(51)}…`,
  ],
])('of a flow %j are refused', (change, message) => {
  expect(() => checkFlowNotes('f', { ...flow, ...change }, 2)).toThrow(message);
});

test.each([
  [{ height: 0 }, 'f: the note "height" must be a whole number of at least 1, got 0'],
  [{ width: 4 }, 'f: the note "width" must be such that an image has 12 pixels, got 4'],
  [{ trainedOn: 5 }, 'f: the note "trainedOn" must be text, got 5'],
])('of an autoencoder %j are refused', (change, message) => {
  expect(() => checkDigitsNotes('f', { ...digits, ...change }, 12)).toThrow(message);
});

test('a missing note is named', () => {
  const { commandLine: _, ...fewer } = flow;
  expect(() => checkFlowNotes('f', fewer, 2)).toThrow('f: the note "commandLine" must be text, got nothing');
});
