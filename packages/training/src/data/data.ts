import type { Source, Pass, SizedBatch } from './source.js';
import { Tensor, tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { checkInteger, foldIn, formatShape, type Key, permutation, sizeOf } from '@pushforward/tensor';
import { type BatchDataset, type BatchStream, streamSource, toStream } from './streams.js';

/**
 * Numbers in a typed array with a shape. Their batches are `float32` whatever the array is, so that the same numbers train the same
 * model; as in a `Float64Array`, digits beyond float32's 24 bits are rounded away. A tensor keeps its dtype: pass integers that must stay
 * integers, such as indices for `tf.oneHot`, as an `int32` tensor.
 */
export interface RowArray {
  readonly values:
    | Float32Array
    | Float64Array
    | Int8Array
    | Int16Array
    | Int32Array
    | Uint8Array
    | Uint8ClampedArray
    | Uint16Array
    | Uint32Array;
  /** `[rows, ...]` */
  readonly shape: readonly number[];
}

/** A tensor or a {@link RowArray}, `[rows, ...]`. */
export type Rows = Tensor | RowArray;

/**
 * Training data: rows; a tuple or record of rows, which are shuffled and cut together; or a stream of batches.
 */
export type Data = Rows | readonly Rows[] | { readonly [name: string]: Rows } | BatchStream<TensorContainer>;

/**
 * The batch that a loss gets from data of type `D`: a tensor for rows, a tuple or record of tensors for a tuple or record of rows. Where a
 * dataset's type does not say what its batches are, as after `dataset.batch(64)`, it is `any`.
 */
export type Batch<D> = D extends Rows
  ? Tensor
  : D extends BatchDataset<infer B>
    ? TensorContainer extends B
      ? any // eslint-disable-line @typescript-eslint/no-explicit-any
      : B
    : D extends AsyncIterable<infer B>
      ? B
      : D extends (...args: never[]) => Iterable<infer B> | AsyncIterable<infer B>
        ? B
        : { -readonly [K in keyof D]: Tensor };

/** Any data whose batches are of type `B`. */
export type DataOf<B> = (B extends Tensor ? Rows : { readonly [K in keyof B]: Rows }) | BatchStream<B>;

/**
 * Checks data and reads tensors back once: rows of a plain array are gathered much faster than rows of a tensor.
 *
 * @param name what the caller calls the argument, as `data`
 */
export async function toSource(caller: string, name: string, data: Data, batchSize: number): Promise<Source> {
  checkInteger(`${caller}: batchSize`, batchSize, 1);
  const full = `${caller}: ${name}`;
  if (data instanceof Tensor || looksLikeRowArray(data))
    return new RowSource(name, [await toColumn(full, data)], ([only]) => only, batchSize);
  if ((typeof data !== 'object' && typeof data !== 'function') || data === null)
    throw new Error(`${full} must be ${EXPECTED}, got ${String(data)}`);
  const stream = toStream(full, data);
  if (stream) return streamSource(caller, name, stream);
  if (Symbol.iterator in data && !Array.isArray(data))
    throw new Error(`${full} must be ${EXPECTED}, got an iterable: pass a function that returns it`);
  if (data instanceof Promise) throw new Error(`${full} must be ${EXPECTED}, got a promise: await it`);
  const isTuple = Array.isArray(data);
  const entries = Object.entries(data as { [name: string]: Rows });
  if (entries.length === 0) throw new Error(`${full} must have at least one member, got none`);
  const columns: Column[] = [];
  for (const [key, rows] of entries) columns.push(await toColumn(isTuple ? `${full}[${key}]` : `${full}.${key}`, rows));
  for (const column of columns) {
    if (column.rowCount === columns[0].rowCount) continue;
    throw new Error(
      `${column.name} must have ${columns[0].rowCount} rows like ${columns[0].name}, got ${column.rowCount}`,
    );
  }
  const pack = (tensors: Tensor[]) =>
    isTuple ? tensors : Object.fromEntries(entries.map(([key], i) => [key, tensors[i]]));
  return new RowSource(name, columns, pack, batchSize);
}

const EXPECTED = 'a tensor, { values, shape }, a tuple or record of those, or a stream of batches';

interface Column {
  name: string;
  values: RowArray['values'];
  rowCount: number;
  rowShape: readonly number[];
  dtype: keyof typeof ARRAYS;
}

async function toColumn(name: string, rows: Rows): Promise<Column> {
  if (!(rows instanceof Tensor) && !looksLikeRowArray(rows))
    throw new Error(`${name} must be a tensor or { values, shape }, got ${String(rows)}`);
  const { shape } = rows;
  if (shape.length === 0) throw new Error(`${name} must be [rows, ...], got []`);
  for (const axis of shape) checkInteger(`${name}: every axis of shape`, axis, 0);
  const [rowCount, ...rowShape] = shape;
  if (rowCount === 0) throw new Error(`${name} must have at least 1 row, got ${formatShape(shape)}`);
  if (rows instanceof Tensor) {
    const { dtype } = rows;
    if (dtype === 'string' || dtype === 'complex64')
      throw new Error(`${name} must be of real numbers, got dtype ${dtype}`);
    return { name, values: await rows.data(), rowCount, rowShape, dtype };
  }
  const { values } = rows;
  if (!isNumeric(values))
    throw new Error(`${name}: values must be a typed array of numbers such as a Float32Array, got ${kindOf(values)}`);
  const size = sizeOf(shape);
  if (values.length !== size)
    throw new Error(`${name}: values must hold ${size} numbers for ${formatShape(shape)}, got ${values.length}`);
  if (values.BYTES_PER_ELEMENT === 8) {
    const large = values.findIndex((value) => Number.isFinite(value) && !Number.isFinite(Math.fround(value)));
    const row = Math.floor(large / (size / rowCount));
    if (large >= 0)
      throw new Error(
        `${name}: values must be within float32's range of ±3.4e38, got ${values[large]} in row ${row} (from 0)`,
      );
  }
  return { name, values, rowCount, rowShape, dtype: 'float32' };
}

function looksLikeRowArray(data: unknown): data is RowArray {
  return typeof data === 'object' && data !== null && 'values' in data && 'shape' in data && Array.isArray(data.shape);
}

/** Whether something is a typed array whose elements are numbers, neither big integers nor the bytes of a view. */
function isNumeric(values: unknown): values is RowArray['values'] {
  return ArrayBuffer.isView(values) && 'length' in values && !kindOf(values).startsWith('Big');
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Rows at hand, cut into batches; the last batch of an epoch is smaller where the batch size does not divide the rows. */
export class RowSource implements Source {
  readonly name: string;
  readonly rowCount: number;
  readonly #columns: readonly Column[];
  readonly #pack: (tensors: Tensor[]) => TensorContainer;
  readonly #batchSize: number;
  readonly #rows: readonly number[];

  /** @param rows those to use, all by default */
  constructor(
    name: string,
    columns: readonly Column[],
    pack: (tensors: Tensor[]) => TensorContainer,
    batchSize: number,
    rows?: readonly number[],
  ) {
    this.name = name;
    this.#columns = columns;
    this.#pack = pack;
    this.#batchSize = batchSize;
    this.#rows = rows ?? Array.from({ length: columns[0].rowCount }, (_, i) => i);
    this.rowCount = this.#rows.length;
  }

  /** Two sources over disjoint rows chosen by `key`, the first of `count` rows and the second of the others. */
  split(count: number, key: Key): [RowSource, RowSource] {
    const order = permutation(key, this.rowCount).map((i) => this.#rows[i]);
    const parts = [order.slice(0, count), order.slice(count)];
    return parts.map((rows) => new RowSource(this.name, this.#columns, this.#pack, this.#batchSize, rows)) as [
      RowSource,
      RowSource,
    ];
  }

  *batches({ epoch, key, shuffle, skip }: Pass): Iterable<SizedBatch> {
    const order = shuffle ? permutation(foldIn(key, epoch), this.rowCount) : undefined;
    for (let start = skip * this.#batchSize; start < this.rowCount; start += this.#batchSize) {
      const size = Math.min(this.#batchSize, this.rowCount - start);
      const rows = Array.from({ length: size }, (_, i) => this.#rows[order ? order[start + i] : start + i]);
      yield {
        batch: this.#pack(this.#columns.map((column) => gatherRows(column, rows))),
        size,
        place: (row) => `row ${rows[row]} (from 0) of ${this.name}`,
      };
    }
  }
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function gatherRows({ values, rowShape, dtype }: Column, rows: readonly number[]): Tensor {
  const width = sizeOf(rowShape);
  const gathered = new ARRAYS[dtype](rows.length * width);
  for (const [i, row] of rows.entries()) gathered.set(values.subarray(row * width, (row + 1) * width), i * width);
  return tensor(gathered, [rows.length, ...rowShape], dtype);
}
