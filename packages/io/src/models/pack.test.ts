import { memory, scalar, tensor, type Variable, variable } from '@tensorflow/tfjs-core';
import { Module, type ModuleConfig } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { classes, contentOf, Stack, Table } from '../../test/modules.js';
import { readArchive, writeArchive } from '../archive/archive.js';
import { checksumOf } from '../safetensors/checksum.js';
import { packModule, unpackModule } from './pack.js';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../safetensors/safetensors.js';

const names = ['config.json', 'weights.safetensors'];
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

type Change = (files: { config: string; tensors: Map<string, StoredTensor>; metadata: Record<string, string> }) => void;

/** The two files of an archive, changed and packed again, with the checksum that belongs to them: as if a program had written them so. */
function repack(archive: Uint8Array, change: Change): Uint8Array {
  const entries = readArchive('test', archive, names);
  const files = {
    config: text(entries.get('config.json')!),
    ...decodeSafetensors(entries.get('weights.safetensors')!),
  };
  change(files);
  const { checksum: _, ...texts } = files.metadata;
  files.metadata = { ...texts, checksum: checksumOf(files.tensors, texts) };
  return writeArchive({
    'config.json': bytes(files.config),
    'weights.safetensors': encodeSafetensors(files.tensors, files.metadata),
  });
}

describe('a packed module', () => {
  test('comes back as it was: structure, types, shapes, every bit', async () => {
    const { numTensors } = memory();
    const module = new Stack([new Table(2, 5), new Stack([new Table(1, -3)])], { deep: [1, 'é', null, true] });
    const archive = await packModule(module);
    const loaded = unpackModule<Stack>(archive, classes);
    expect(loaded.module).toBeInstanceOf(Stack);
    expect(loaded.module.config()).toEqual(module.config());
    expect(loaded.metadata).toBeUndefined();
    const content = await contentOf(module);
    expect(Object.keys(content)).toHaveLength(10);
    expect(await contentOf(loaded.module)).toEqual(content);
    expect(await packModule(loaded.module)).toEqual(archive);
    module.dispose();
    loaded.module.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });

  test('keeps NaN payloads, −0, infinities and subnormal numbers', async () => {
    const words = new Uint32Array([0x7f800001, 0xffc12345, 0x80000000, 0x00000001, 0x7f800000, 0xff7fffff]);
    const module = new Table(2);
    const special = tensor(new Float32Array(words.buffer), [2, 3]);
    module.weight.assign(special);
    special.dispose();
    const loaded = unpackModule<Table>(await packModule(module), classes);
    const values = await loaded.module.weight.data();
    expect(new Uint32Array(values.buffer, values.byteOffset, values.length)).toEqual(words);
    module.dispose();
    loaded.module.dispose();
  });

  test('brings the metadata of the application', async () => {
    const module = new Table(1);
    const metadata = { columns: ['a', '"b"\n'], loss: 0.1, none: null };
    const loaded = unpackModule(await packModule(module, { metadata }), classes);
    expect(loaded.metadata).toEqual(metadata);
    expect(unpackModule(await packModule(module, { metadata: null }), classes).metadata).toBeNull();
    module.dispose();
    loaded.module.dispose();
  });

  test('says in config.json what it is', async () => {
    const module = new Table(1);
    const entries = readArchive('test', await packModule(module, { metadata: ['x'] }), names);
    const weights = entries.get('weights.safetensors')!;
    expect(JSON.parse(text(entries.get('config.json')!))).toEqual({
      format: 'pushforward',
      version: 2,
      weights: { bytes: weights.length, crc32: expect.stringMatching(/^[0-9a-f]{8}$/) },
      config: { type: 'Table', rows: 1 },
      frozen: ['order', 'mask', 'level'],
      metadata: ['x'],
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(decodeSafetensors(weights).metadata).toEqual({
      format: 'pushforward',
      version: '2',
      config: '{"type":"Table","rows":1}',
      frozen: '["order","mask","level"]',
      metadata: '["x"]',
      checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    module.dispose();
  });

  test('is the one at the moment of the call, whatever happens meanwhile', async () => {
    const module = new Table(1);
    const packing = packModule(module);
    const other = scalar(7);
    module.level.assign(other);
    const loaded = unpackModule<Table>(await packing, classes);
    expect(await loaded.module.level.data()).toEqual(new Float32Array([0]));
    other.dispose();
    module.dispose();
    loaded.module.dispose();
  });
});

async function build(): Promise<Uint8Array> {
  const module = new Stack([new Table(2), new Table(1)]);
  const archive = await packModule(module, { metadata: { a: 1 } });
  module.dispose();
  return archive;
}

const level = (value: number): StoredTensor => ({ dtype: 'F32', shape: [], values: new Float32Array([value]) });
const table = (rows: number) => ({ type: 'Table', rows });
const configure =
  (config: unknown): Change =>
  ({ metadata }) =>
    void (metadata.config = JSON.stringify(config));

describe('what is refused, and leaves nothing in memory', () => {
  const weights = 'unpackModule: weights.safetensors';

  test.each<[string, Change, string]>([
    [
      'other tensors',
      ({ metadata }) => void (metadata.format = 'pt'),
      `${weights} must be a module saved by pushforward, got other tensors`,
    ],
    [
      'an unknown version',
      ({ metadata }) => void (metadata.version = '3'),
      `${weights} must be of version 1 or 2, the ones known here, got '3'`,
    ],
    [
      'no version',
      ({ metadata }) => void delete metadata.version,
      `${weights} must be of version 1 or 2, the ones known here, got none`,
    ],
    ['no config', ({ metadata }) => void delete metadata.config, `${weights} must hold a config, got none`],
    ['a config that is no JSON', ({ metadata }) => void (metadata.config = '{'), `${weights}: config must be JSON`],
    [
      'metadata that is no JSON',
      ({ metadata }) => void (metadata.metadata = 'NaN'),
      `${weights}: metadata must be JSON`,
    ],
    [
      'a config.json that is no JSON',
      (files) => void (files.config = files.config.slice(0, -4)),
      'unpackModule: config.json must be JSON',
    ],
    [
      'a config.json of another kind',
      (files) => void (files.config = '[]'),
      'unpackModule: config.json must be a JSON object',
    ],
    [
      'an edited config.json',
      (files) => void (files.config = files.config.replace('"rows": 2', '"rows": 3')),
      'unpackModule: config.json is damaged or was edited, while weights.safetensors holds the whole module: undo that, or delete it',
    ],
    [
      'an unknown class',
      configure({ type: 'Stack', layers: [table(2), { type: 'Net' }] }),
      `${weights}: config.layers.1: classes must include one of type 'Net', got Table, Stack`,
    ],
    [
      'a class that is only JavaScript',
      configure({ type: '__proto__' }),
      `${weights}: config: classes must include one of type '__proto__', got Table, Stack`,
    ],
    [
      'a module that does not build',
      configure({ type: 'Stack', layers: [table(2), table(1)], broken: true }),
      `${weights}: config: stack: is broken`,
    ],
    [
      'a config that is too deep',
      ({ metadata }) => void (metadata.config = `${'['.repeat(1000)}${']'.repeat(1000)}`),
      `${weights}: config must be at most 500 lists and objects deep`,
    ],
    [
      'ties of another kind',
      ({ metadata }) => void (metadata.ties = '[1]'),
      `${weights}: ties must be an object of paths`,
    ],
    [
      'a tie to nothing',
      ({ metadata }) => void (metadata.ties = '{"layers.1.level":"level"}'),
      `${weights} must tie variables that it holds, got no 'level'`,
    ],
    [
      'a tie of what is no variable',
      ({ metadata }) => void (metadata.ties = '{"layers.9":"layers.1.level"}'),
      `${weights} must tie variables of the module, got 'layers.9' and 'layers.1.level'`,
    ],
    [
      'a frozen nothing',
      ({ metadata }) => void (metadata.frozen = '["x\\u001b"]'),
      `${weights} must freeze variables that it holds, got no 'x\\u001b'`,
    ],
    [
      'what the first version had not',
      ({ metadata }) => void (metadata.version = '1'),
      `${weights} is damaged: version 1 has no 'frozen'`,
    ],
    [
      'a missing variable',
      ({ tensors }) => void (tensors.delete('layers.0.mask'), tensors.delete('layers.1.level')),
      `${weights} must hold every variable of the module, got none for 'layers.0.mask', 'layers.1.level'`,
    ],
    [
      'many missing variables',
      configure({ type: 'Stack', layers: [table(2), table(1), table(1), table(1)] }),
      `${weights} must hold every variable of the module, got none for 'layers.2.weight', 'layers.2.order', 'layers.2.mask', 'layers.2.level', ` +
        "'layers.2.nothing' and 5 more",
    ],
    [
      'a variable too many',
      configure({ type: 'Stack', layers: [table(2)] }),
      `${weights} must hold nothing but variables of the module, got 'layers.1.level', 'layers.1.nothing', 'layers.1.weight', 'layers.1.order', ` +
        "'layers.1.mask'",
    ],
    [
      'another shape',
      configure({ type: 'Stack', layers: [table(2), table(3)] }),
      `${weights}: 'layers.1.weight' must be float32 [3, 3], got float32 [1, 3]`,
    ],
    [
      'another dtype',
      ({ tensors }) => void tensors.set('layers.1.mask', tensors.get('layers.1.order')!),
      `${weights}: 'layers.1.mask' must be bool [1], got int32 [1]`,
    ],
  ])('%s', async (_, change, message) => {
    const archive = await build();
    // An archive whose weights changed has a config.json that is out of date, and passes as such.
    const changed = repack(archive, change);
    const { numTensors } = memory();
    expect(() => unpackModule(changed, classes)).toThrow(new Error(message));
    expect(memory().numTensors).toBe(numTensors);
  });

  test.each<[string, Change]>([
    ['a number of a tensor', ({ tensors }) => void (tensors.get('layers.0.weight')!.values[1] += 1)],
    [
      'the values of two tensors',
      ({ tensors }) =>
        void tensors.set('layers.0.level', tensors.get('layers.1.level')!).set('layers.1.level', level(1)),
    ],
    [
      'a dtype',
      ({ tensors }) => void tensors.set('layers.0.level', { dtype: 'I32', shape: [], values: new Int32Array(1) }),
    ],
    ['the config', ({ metadata }) => void (metadata.config += ' ')],
    ['what is frozen', ({ metadata }) => void delete metadata.frozen],
    ['what is tied', ({ metadata }) => void (metadata.ties = '{}')],
    ['the notes of the application', ({ metadata }) => void (metadata.metadata = '{"a":2}')],
    ['the checksum', ({ metadata }) => void (metadata.checksum = '00000000')],
    ['that there is a checksum', ({ metadata }) => void delete metadata.checksum],
  ])('a change of %s, by the checksum', async (_, change) => {
    const entries = readArchive('test', await build(), names);
    const files = { config: '', ...decodeSafetensors(entries.get('weights.safetensors')!) };
    change(files);
    const changed = writeArchive({ 'weights.safetensors': encodeSafetensors(files.tensors, files.metadata) });
    expect(() => unpackModule(changed, classes)).toThrow(
      new Error('unpackModule: weights.safetensors is damaged or was edited: its content is not that of its checksum'),
    );
  });

  test('a truncated or damaged archive', async () => {
    const archive = await build();
    expect(() => unpackModule(archive.subarray(0, -1), classes)).toThrow(
      new Error('unpackModule: bytes must be a zip archive, got another file or a truncated one'),
    );
    const damaged = archive.slice();
    damaged[damaged.length >> 1] ^= 1;
    expect(() => unpackModule(damaged, classes)).toThrow(
      /^unpackModule: bytes is damaged: .* is not what the directory says$/,
    );
    expect(() => unpackModule(writeArchive({ 'config.json': bytes('{}') }), classes)).toThrow(
      new Error('unpackModule: bytes must hold weights.safetensors, got an archive without'),
    );
    expect(() => unpackModule(writeArchive({ 'weights.safetensors': bytes('{}') }), classes)).toThrow(
      new Error('unpackModule: weights.safetensors is truncated: a safetensors file has at least 8 bytes, got 2'),
    );
  });

  test('two classes of one type, but not one class twice', async () => {
    const archive = await build();
    class Other extends Table {}
    expect(() => unpackModule(archive, [...classes, Other])).toThrow(
      "unpackModule: weights.safetensors: classes has two different classes of type 'Table'",
    );
    unpackModule(archive, [...classes, ...classes]).module.dispose();
  });
});

describe('an archive without, or with an outdated, config.json', () => {
  test('is whole', async () => {
    const module = new Table(2, 3);
    const archive = await packModule(module);
    const entries = readArchive('test', archive, names);
    const weights = entries.get('weights.safetensors')!;
    const other = new Table(4);
    const outdated = readArchive('test', await packModule(other), names).get('config.json')!;
    for (const besides of [[], [['config.json', outdated]]] as const) {
      const loaded = unpackModule(
        writeArchive(Object.fromEntries([...besides, ['weights.safetensors', weights]])),
        classes,
      );
      expect(await contentOf(loaded.module)).toEqual(await contentOf(module));
      loaded.module.dispose();
    }
    module.dispose();
    other.dispose();
  });

  test('reformatted says the same', async () => {
    const module = new Table(1);
    const archive = repack(
      await packModule(module),
      (files) => void (files.config = JSON.stringify(JSON.parse(files.config), null, '\t')),
    );
    unpackModule(archive, classes).module.dispose();
    module.dispose();
  });
});

describe('packModule refuses', () => {
  test('a number in the configuration that JSON would lose', async () => {
    await expect(packModule(new Stack([], { slope: [0, NaN] }))).rejects.toThrow(
      new Error("packModule: config must be JSON, got NaN as '1'"),
    );
    await expect(packModule(new Stack([], -Infinity))).rejects.toThrow(
      new Error("packModule: config must be JSON, got -Infinity as 'note'"),
    );
  });

  test('a variable of another dtype', async () => {
    class Names extends Module {
      readonly names: Variable;
      constructor() {
        super();
        const value = tensor(['a', 'b'], [2], 'string');
        this.names = variable(value);
        value.dispose();
      }
      override config(): ModuleConfig {
        return { type: 'Names' };
      }
    }
    const module = new Names();
    await expect(packModule(module)).rejects.toThrow(
      new Error("packModule: 'names' must be of float32, int32, bool, got string"),
    );
    module.dispose();
  });
});
