import { expect, test } from 'vitest';
import { npyBytes } from '../testing/npy-bytes.js';
import { parseNpy } from './npy.js';

const MATRIX = { values: Float64Array.from([0, 1, 2, 3, 4, 5]), rows: 2, columns: 3 };
const header = (text: string) => npyBytes(MATRIX, { header: text });

test.each([
  {},
  { type: '<f4' as const },
  { isFortran: true },
  { type: '<f4' as const, isFortran: true },
  { version: 2 },
])('a matrix is read as it was written: %j', (options) =>
  expect(parseNpy(npyBytes(MATRIX, options), 'a.npy')).toEqual(MATRIX),
);

test('the header of a file that NumPy wrote is understood', () => {
  // numpy.save of numpy.arange(6.).reshape(2, 3)
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`.padEnd(117) + '\n';
  expect(parseNpy(header(text), 'a.npy')).toEqual(MATRIX);
});

const whole = npyBytes(MATRIX);
test.each<[string, Uint8Array, string | RegExp]>([
  ['another file', Buffer.from('1,2\n3,4\n'), 'a.npy: is not a .npy file'],
  ['nothing', Buffer.alloc(0), 'a.npy: is not a .npy file'],
  ['a part of the header', whole.subarray(0, 9), 'a.npy: truncated within its header'],
  ['most of the header', whole.subarray(0, 60), 'a.npy: truncated within its header'],
  [
    'a part of the numbers',
    whole.subarray(0, whole.length - 3),
    /^a\.npy: truncated: expected 176 bytes for \[2, 3\], got 173$/,
  ],
  [
    'more than the numbers',
    Buffer.concat([whole, Buffer.alloc(8)]),
    /^a\.npy: too long: expected 176 bytes for \[2, 3\], got 184$/,
  ],
  [
    'integers',
    header("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }\n"),
    /has '<i8'; save data\.astype\('f8'\)$/,
  ],
  ['objects', header("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }\n"), /has '\|O'/],
  ['records', header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,), }\n"), /has records/],
  ['a vector', header("{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n"), /has shape \[6\]$/],
  ['no shape', header("{'descr': '<f8', 'fortran_order': False}\n"), 'a.npy: has a header that is damaged'],
  [
    'a number that is none',
    npyBytes({ ...MATRIX, values: Float64Array.from([0, 1, NaN, 3, 4, 5]) }),
    'a.npy: number 3 of 6 is not finite',
  ],
])('%s is one clear line', (_, bytes, message) => {
  expect(() => parseNpy(bytes, 'a.npy')).toThrow(message);
});
