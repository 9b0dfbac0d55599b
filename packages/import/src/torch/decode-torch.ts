import type { StoredTensor, StoredValues } from '@pushforward/io';
import { formatValue, sizeOf } from '@pushforward/tensor';
import { Call, Global, PersistentId, unpickle } from './unpickle.js';
import { unzip } from './unzip.js';

/** The storages that are read: the size of an element, what it is once read, and how. */
const STORAGES: Readonly<Record<string, { size: number; read: (buffer: ArrayBuffer) => StoredValues }>> = {
  FloatStorage: { size: 4, read: (buffer) => new Float32Array(buffer) },
  DoubleStorage: { size: 8, read: (buffer) => Float32Array.from(new Float64Array(buffer)) },
  LongStorage: { size: 8, read: (buffer) => Int32Array.from(new BigInt64Array(buffer), Number) },
  IntStorage: { size: 4, read: (buffer) => new Int32Array(buffer) },
  ByteStorage: { size: 1, read: (buffer) => new Uint8Array(buffer) },
  BoolStorage: { size: 1, read: (buffer) => new Uint8Array(buffer) },
};

const TENSOR = 'torch._utils._rebuild_tensor_v2';
const PARAMETER = 'torch._utils._rebuild_parameter';
const ALLOWED = new Set([
  'collections.OrderedDict',
  TENSOR,
  PARAMETER,
  ...Object.keys(STORAGES).map((name) => `torch.${name}`),
]);

/** So many numbers for each byte of the file: tensors may share their storage, but not without end. */
const MAX_NUMBERS = 4;

/**
 * The tensors of a file of `torch.save(model.state_dict(), …)`, by name, without Python and without running anything from the file.
 *
 * Such a file is a zip archive with a pickle in it, a program that builds objects. This reader knows the dictionaries, numbers, texts and tensors of a state dict; a file
 * that asks for any other class or function is refused by its name, as one that holds a whole model does. It needs at most a few times the memory of the file.
 *
 * A dictionary that holds the state dict under `state_dict` or `model_state_dict`, as checkpoints do, is read too.
 *
 * **Numerics**: float64 is rounded to float32; int64 becomes int32.
 *
 * @throws Error, in one line, if the bytes are no such file, or damaged
 *
 * @example
 * ```ts
 * import { decodeTorch } from '@pushforward/import';
 *
 * try {
 *   decodeTorch(new TextEncoder().encode('no archive'));
 * } catch (error) {
 *   console.log((error as Error).message.slice(0, 47)); // decodeTorch: bytes must be a file of torch.save
 * }
 * ```
 */
export function decodeTorch(bytes: Uint8Array): Map<string, StoredTensor> {
  const source = 'decodeTorch: bytes';
  const entries = unzip(source, bytes);
  const pickle = entries.get('data.pkl');
  if (!pickle)
    throw new Error(`${source} must hold data.pkl, as files of torch.save do, got ${formatValue([...entries.keys()])}`);
  const order = entries.get('byteorder');
  if (order && new TextDecoder().decode(order.subarray(0, 6)) !== 'little')
    throw new Error(`${source} must be little-endian`);
  const root = stateDict(source, unpickle(source, pickle, ALLOWED));
  const file: File = { entries, storages: new Map(), numbers: MAX_NUMBERS * bytes.length };
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of root) {
    if (typeof name !== 'string' || !(value instanceof Call))
      throw new Error(`${source} must hold tensors by name, got ${describe(value)} as ${formatValue(name)}`);
    tensors.set(name, tensorOf(`${source}: ${formatValue(name)}`, value, file));
  }
  return tensors;
}

/** An open file, with the storages read so far. */
interface File {
  readonly entries: ReadonlyMap<string, Uint8Array>;
  /** Those that have been read. */
  readonly storages: Map<string, StoredValues>;
  /** The number of entries that may still be read. */
  numbers: number;
}

function stateDict(source: string, root: unknown): ReadonlyMap<unknown, unknown> {
  const inner = root instanceof Map ? (root.get('state_dict') ?? root.get('model_state_dict') ?? root) : root;
  if (!(inner instanceof Map)) throw new Error(`${source} must hold a dictionary of tensors, got ${describe(inner)}`);
  return inner;
}

function tensorOf(source: string, call: Call, file: File): StoredTensor {
  const args = Array.isArray(call.args) ? call.args : [];
  if (String(call.callee) === PARAMETER && args[0] instanceof Call && String(args[0].callee) === TENSOR)
    return tensorOf(source, args[0], file);
  const [id, offset, shape, strides] = args;
  if (String(call.callee) !== TENSOR || !(id instanceof PersistentId))
    throw new Error(`${source} must be a tensor, got a call of ${String(call.callee)}`);
  if (!areCounts([offset]) || !areCounts(shape) || !areCounts(strides) || shape.length !== strides.length)
    throw new Error(`${source} is damaged: it has no shape`);
  const values = storageOf(source, id.id, file);
  const count = sizeOf(shape);
  // The last element must lie in the storage, and a stride of 0 would repeat one without end.
  const last = count === 0 ? 0 : shape.reduce((at, size, axis) => at + (size - 1) * strides[axis], Number(offset));
  if (count > values.length || last >= Math.max(values.length, 1))
    throw new Error(`${source} is damaged: its numbers lie outside of what is stored`);
  file.numbers -= count;
  if (file.numbers < 0) throw new Error(`${source} must not share its storage with so many others`);
  const gathered = values.slice(0, count);
  for (let i = 0; i < count; i++) {
    let [rest, at] = [i, Number(offset)];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    gathered[i] = values[at];
  }
  const dtype = gathered instanceof Float32Array ? 'F32' : gathered instanceof Int32Array ? 'I32' : 'U8';
  return { dtype, shape, values: gathered };
}

/** `('storage', torch.FloatStorage, '0', 'cpu', 12)`: its numbers are the entry data/0. */
function storageOf(source: string, id: unknown, { entries, storages }: File): StoredValues {
  const [kind, type, key] = Array.isArray(id) ? id : [];
  const storage = type instanceof Global && type.module === 'torch' ? STORAGES[type.name] : undefined;
  const content = entries.get(`data/${String(key)}`);
  if (kind !== 'storage' || !storage || !content || content.length % storage.size !== 0)
    throw new Error(`${source} is damaged: its numbers are missing`);
  const name = `${String(type)} ${String(key)}`;
  const known = storages.get(name) ?? storage.read(content.slice().buffer);
  storages.set(name, known);
  return known;
}

function areCounts(values: unknown): values is number[] {
  return (
    Array.isArray(values) && values.length <= 64 && values.every((value) => Number.isSafeInteger(value) && value >= 0)
  );
}

function describe(value: unknown): string {
  if (value instanceof Call) return `a call of ${String(value.callee)}`;
  if (value instanceof Map) return 'a dictionary';
  return value === null || typeof value !== 'object' ? formatValue(value) : 'a list';
}
