import { dispose, Tensor, tensor, type TensorContainer, tensor_util } from '@tensorflow/tfjs-core';
import { checkInteger, foldIn, formatShape, type Key, permutation } from '@pushforward/tensor';

/** Numbers in a plain array with a shape; floats become `float32` tensors, integers and bytes `int32` ones. */
export interface RowArray {
  readonly values: Float32Array | Float64Array | Int32Array | Uint8Array | Uint8ClampedArray;
  /** `[rows, ...]` */
  readonly shape: readonly number[];
}

/** A tensor or a {@link RowArray}, `[rows, ...]`. */
export type Rows = Tensor | RowArray;

/**
 * Batches from elsewhere: an async iterable that can be iterated once an epoch, or a function that makes the iterable of an epoch.
 * The function gets the epoch's number, from 1, and a key of the epoch's own to shuffle with. The tensors of a batch are freed after
 * their step.
 */
export type BatchStream<B> = AsyncIterable<B> | ((epoch: { epoch: number; key: Key }) => Iterable<B> | AsyncIterable<B>);

/**
 * What a model learns from: rows; a tuple or record of rows, which are shuffled and cut together; or a stream of batches.
 */
export type Data = Rows | readonly Rows[] | { readonly [name: string]: Rows } | BatchStream<TensorContainer>;

/** The batch that a loss gets from data of type `D`: a tensor for rows, a tuple or record of tensors for a tuple or record of rows. */
export type Batch<D> = D extends Rows
  ? Tensor
  : D extends AsyncIterable<infer B>
    ? B
    : D extends (...args: never[]) => Iterable<infer B> | AsyncIterable<infer B>
      ? B
      : { -readonly [K in keyof D]: Tensor };

/** Any data whose batches are of type `B`. */
export type DataOf<B> = (B extends Tensor ? Rows : { readonly [K in keyof B]: Rows }) | BatchStream<B>;

/** A batch and the number of its rows. */
export interface SizedBatch {
  batch: TensorContainer;
  size: number;
}

/** Data cut into batches, epoch by epoch. */
export interface Source {
  /** The number of rows, or null where only the stream knows. */
  readonly rowCount: number | null;
  /** The batches of one epoch, whose tensors the caller frees. */
  batches(pass: Pass): Iterable<SizedBatch> | AsyncIterable<SizedBatch>;
}

/** One pass over the data. */
export interface Pass {
  /** The number of the epoch, from 1. */
  epoch: number;
  key: Key;
  /** Whether rows come in the order that `key` and `epoch` give, or in their own. */
  shuffle: boolean;
  /** How many batches to leave out at the beginning. */
  skip: number;
}

/**
 * Checks data and reads tensors back once: rows of a plain array are gathered much faster than rows of a tensor.
 *
 * @param name what the caller calls the argument, as `fit: data`
 */
export async function toSource(name: string, data: Data, batchSize: number): Promise<Source> {
  checkInteger(`${name.split(':')[0]}: batchSize`, batchSize, 1);
  if (data instanceof Tensor || isRowArray(data)) return new RowSource([await toColumn(name, data)], ([only]) => only, batchSize);
  if (typeof data === 'function') return streamSource(name, data);
  if (typeof data === 'object' && data !== null) {
    if (Symbol.asyncIterator in data) return streamSource(name, () => data as AsyncIterable<TensorContainer>);
    const isTuple = Array.isArray(data);
    const entries = Object.entries(data as { [name: string]: Rows });
    if (entries.length === 0) throw new Error(`${name} must have at least one member, got none`);
    const columns = [];
    for (const [key, rows] of entries) columns.push(await toColumn(isTuple ? `${name}[${key}]` : `${name}.${key}`, rows));
    for (const column of columns) {
      if (column.rowCount === columns[0].rowCount) continue;
      throw new Error(`${column.name} must have ${columns[0].rowCount} rows like ${columns[0].name}, got ${column.rowCount}`);
    }
    const pack = (tensors: Tensor[]) => (isTuple ? tensors : Object.fromEntries(entries.map(([key], i) => [key, tensors[i]])));
    return new RowSource(columns, pack, batchSize);
  }
  throw new Error(`${name} must be a tensor, { values, shape }, a tuple or record of those, or a stream of batches, got ${String(data)}`);
}

interface Column {
  name: string;
  values: RowArray['values'];
  rowCount: number;
  rowShape: readonly number[];
  dtype: keyof typeof ARRAYS;
}

async function toColumn(name: string, rows: Rows): Promise<Column> {
  if (!(rows instanceof Tensor) && !isRowArray(rows)) throw new Error(`${name} must be a tensor or { values, shape }, got ${String(rows)}`);
  const { shape } = rows;
  if (shape.length === 0) throw new Error(`${name} must be [rows, ...], got []`);
  const [rowCount, ...rowShape] = shape;
  if (rowCount === 0) throw new Error(`${name} must have at least 1 row, got ${formatShape(shape)}`);
  if (rows instanceof Tensor) {
    const { dtype } = rows;
    if (dtype === 'string' || dtype === 'complex64') throw new Error(`${name} must be of real numbers, got dtype ${dtype}`);
    return { name, values: await rows.data(), rowCount, rowShape, dtype };
  }
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (rows.values.length !== size) throw new Error(`${name}: values must hold ${size} numbers for ${formatShape(shape)}, got ${rows.values.length}`);
  return { name, values: rows.values, rowCount, rowShape, dtype: isFloat(rows.values) ? 'float32' : 'int32' };
}

function isRowArray(data: unknown): data is RowArray {
  return typeof data === 'object' && data !== null && 'values' in data && ArrayBuffer.isView(data.values) && 'shape' in data && Array.isArray(data.shape);
}

function isFloat(values: RowArray['values']): boolean {
  return values instanceof Float32Array || values instanceof Float64Array;
}

/** Rows at hand, cut into batches; the last batch of an epoch is smaller where the batch size does not divide the rows. */
export class RowSource implements Source {
  readonly rowCount: number;
  readonly #columns: readonly Column[];
  readonly #pack: (tensors: Tensor[]) => TensorContainer;
  readonly #batchSize: number;
  readonly #rows: readonly number[];

  /** @param rows those to use, all by default */
  constructor(columns: readonly Column[], pack: (tensors: Tensor[]) => TensorContainer, batchSize: number, rows?: readonly number[]) {
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
    return parts.map((rows) => new RowSource(this.#columns, this.#pack, this.#batchSize, rows)) as [RowSource, RowSource];
  }

  *batches({ epoch, key, shuffle, skip }: Pass): Iterable<SizedBatch> {
    const order = shuffle ? permutation(foldIn(key, epoch), this.rowCount) : undefined;
    for (let start = skip * this.#batchSize; start < this.rowCount; start += this.#batchSize) {
      const size = Math.min(this.#batchSize, this.rowCount - start);
      const rows = Array.from({ length: size }, (_, i) => this.#rows[order ? order[start + i] : start + i]);
      yield { batch: this.#pack(this.#columns.map((column) => gatherRows(column, rows))), size };
    }
  }
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function gatherRows({ values, rowShape, dtype }: Column, rows: readonly number[]): Tensor {
  const width = rowShape.reduce((product, axis) => product * axis, 1);
  const gathered = new ARRAYS[dtype](rows.length * width);
  for (const [i, row] of rows.entries()) gathered.set(values.subarray(row * width, (row + 1) * width), i * width);
  return tensor(gathered, [rows.length, ...rowShape], dtype);
}

function streamSource(name: string, open: Extract<BatchStream<TensorContainer>, (...args: never[]) => unknown>): Source {
  return {
    rowCount: null,
    async *batches({ epoch, key, skip }) {
      let skipped = 0;
      for await (const batch of open({ epoch, key: foldIn(key, epoch) })) {
        const [first] = tensor_util.getTensorsInContainer(batch);
        if (!first) throw new Error(`${name} must yield batches of tensors, got ${String(batch)}`);
        const size = first.shape.length === 0 ? 1 : first.shape[0];
        if (size === 0) throw new Error(`${name} must yield batches of at least 1 row, got ${formatShape(first.shape)}`);
        if (skipped < skip) {
          skipped++;
          dispose(batch);
          continue;
        }
        yield { batch, size };
      }
    },
  };
}
