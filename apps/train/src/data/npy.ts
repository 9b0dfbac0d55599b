import type { Matrix } from '../statistics/statistics.js';
import { UserError } from '../terminal/errors.js';

/** The largest header of the formats' first version. */
const HEADER = 1 << 16;
const MAGIC = '\x93NUMPY';
const ARRAYS = { '<f4': Float32Array, '<f8': Float64Array };

/**
 * Parses a `.npy` file of a matrix of finite floating-point numbers, stored by rows or by columns.
 *
 * Source: the NumPy reference, "NPY format", versions 1 to 3.
 *
 * @param name what the user calls the file
 * @throws UserError if it is something else, truncated, too long, or has a number that is not finite
 */
export function parseNpy(bytes: Uint8Array, name: string): Matrix {
  const latin1 = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('latin1');
  if (latin1(0, MAGIC.length) !== MAGIC) throw new UserError(`${name}: is not a .npy file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes[MAGIC.length] === 1 ? 10 : 12;
  if (bytes.length < start) throw new UserError(`${name}: truncated within its header`);
  const length = start === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > HEADER) throw new UserError(`${name}: has a header that is damaged`);
  if (bytes.length < start + length) throw new UserError(`${name}: truncated within its header`);
  const header = latin1(start, start + length);
  const type = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sizes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (order === undefined || sizes === undefined) throw new UserError(`${name}: has a header that is damaged`);
  if (type !== '<f4' && type !== '<f8')
    throw new UserError(
      `${name}: must hold floating-point numbers ('<f4' or '<f8'), has ${type === undefined ? 'records' : `'${type}'`}; save data.astype('f8')`,
    );
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  if (shape.length !== 2 || shape.includes(0))
    throw new UserError(`${name}: must be a matrix with rows and columns, has shape [${shape.join(', ')}]`);
  const [rows, columns] = shape;
  const ArrayType = ARRAYS[type];
  const expected = start + length + rows * columns * ArrayType.BYTES_PER_ELEMENT;
  if (bytes.length !== expected)
    throw new UserError(
      `${name}: ${bytes.length < expected ? 'truncated' : 'too long'}: expected ${expected} bytes for [${rows}, ${columns}], got ${bytes.length}`,
    );
  // A copy, for numbers must stand at multiples of their size; the slice of a Buffer would be none.
  const stored = new ArrayType(new Uint8Array(bytes.subarray(start + length)).buffer);
  const bad = stored.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UserError(`${name}: number ${bad + 1} of ${stored.length} is not finite`);
  const values = order === 'True' ? transposed(stored, columns, rows) : Float64Array.from(stored);
  return { values, rows, columns };
}

function transposed(stored: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) values[column * rows + row] = stored[row * columns + column];
  return values;
}
