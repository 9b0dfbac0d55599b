import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { decodeTorch } from './decode-torch.js';

const bytesOf = (file: string) => readFileSync(new URL(`../../fixtures/${file}`, import.meta.url));

/** A file as torch.save lays it out, around a pickle of one's own. */
const archive = (pickle: number[], entries: Record<string, Uint8Array> = {}) =>
  zipSync({ 'archive/data.pkl': Uint8Array.from(pickle), ...entries }, { level: 0 });
const ascii = (text: string) => [...strToU8(text)];
const text = (value: string) => [0x58, value.length, 0, 0, 0, ...ascii(value)];
const global = (module: string, name: string) => [0x63, ...ascii(`${module}\n${name}\n`)];

test('tensors of every type that is read, views, parameters and numbers of a checkpoint', () => {
  const tensors = decodeTorch(bytesOf('checkpoint.pt'));
  const plain = Object.fromEntries(
    [...tensors].map(([name, { dtype, shape, values }]) => [name, [dtype, shape, Array.from(values)]]),
  );
  expect(plain).toEqual({
    float: ['F32', [2, 2], [1.5, -2, 0.25, 3]],
    double: ['F32', [24], Array.from({ length: 24 }, (_, i) => i)],
    view: ['F32', [2, 4], [1, 7, 13, 19, 2, 8, 14, 20]],
    long: ['I32', [2], [3, -1]],
    bool: ['U8', [3], [1, 0, 1]],
    scalar: ['F32', [], [7]],
    empty: ['F32', [0, 3], []],
    parameter: ['F32', [1], [9]],
  });
});

describe('what is no state dict is refused in one line, and nothing of it runs', () => {
  test.each<[string, () => Uint8Array, string]>([
    [
      'a whole model',
      () => bytesOf('module.pt'),
      "decodeTorch: bytes must hold nothing but tensors by name, as torch.save(model.state_dict(), …) writes them, got 'torch.nn.modules.linear.Linear'",
    ],
    [
      'a file of before PyTorch 1.6',
      () => bytesOf('legacy.pt'),
      'decodeTorch: bytes must be a file of torch.save in its zip format, as PyTorch writes it since version 1.6',
    ],
    [
      'a call of the system',
      () => archive([0x80, 2, ...global('os', 'system'), ...text('true'), 0x85, 0x52, 0x2e]),
      "got 'os.system'",
    ],
    [
      'a call of an allowed function with other arguments',
      () =>
        archive([
          0x80,
          2,
          0x7d,
          ...text('x'),
          ...global('torch._utils', '_rebuild_tensor_v2'),
          ...text('true'),
          0x85,
          0x52,
          0x73,
          0x2e,
        ]),
      "decodeTorch: bytes: 'x' must be a tensor, got a call of torch._utils._rebuild_tensor_v2",
    ],
    ['an instruction of another protocol', () => archive([0x80, 4, 0x95, 0x2e]), 'got the instruction 149 at 2'],
    ['a list', () => archive([0x5d, 0x2e]), 'decodeTorch: bytes must hold a dictionary of tensors, got a list'],
    [
      'a number by name',
      () => archive([0x7d, ...text('x'), 0x4b, 7, 0x73, 0x2e]),
      "decodeTorch: bytes must hold tensors by name, got 7 as 'x'",
    ],
    ['an end before its time', () => archive([0x7d, 0x4a, 1]), 'decodeTorch: bytes is damaged'],
    ['a stack without a mark', () => archive([0x74, 0x2e]), 'decodeTorch: bytes is damaged'],
    [
      'no pickle',
      () => zipSync({ 'archive/other': new Uint8Array(1) }),
      "decodeTorch: bytes must hold data.pkl, as files of torch.save do, got ['other']",
    ],
    [
      'half a file',
      () => bytesOf('checkpoint.pt').subarray(0, 1500),
      'decodeTorch: bytes is damaged: it is no whole zip archive',
    ],
    [
      'a number that is not what it was',
      () => {
        const bytes = archive([0x7d, 0x2e], { 'archive/data/0': Uint8Array.of(1, 2, 3, 250, 4, 5) });
        const at = bytes.indexOf(250);
        bytes[at] = 251;
        return bytes;
      },
      "decodeTorch: bytes is damaged: 'archive/data/0' is not what its checksum says",
    ],
    [
      'an archive that unfolds without end',
      () => zipSync({ 'archive/data.pkl': new Uint8Array(8 << 20) }, { level: 9 }),
      'decodeTorch: bytes must unfold to at most 1048576 bytes',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeTorch(bytes())).toThrow(message);
  });

  test.each<[string, number[], string]>([
    [
      'numbers that are not there',
      [9],
      "decodeTorch: bytes: 'x' is damaged: its numbers lie outside of what is stored",
    ],
    ['numbers that repeat without end', [3], ''],
  ])('a tensor with %s', (_, [size], message) => {
    // _rebuild_tensor_v2(('storage', torch.FloatStorage, '0', 'cpu', 3), 0, (size,), (1,), False, None)
    const id = [
      0x28,
      ...text('storage'),
      ...global('torch', 'FloatStorage'),
      ...text('0'),
      ...text('cpu'),
      0x4b,
      3,
      0x74,
      0x51,
    ];
    const args = [0x28, ...id, 0x4b, 0, 0x4b, size, 0x85, 0x4b, 1, 0x85, 0x89, 0x4e, 0x74];
    const pickle = [0x7d, ...text('x'), ...global('torch._utils', '_rebuild_tensor_v2'), ...args, 0x52, 0x73, 0x2e];
    const bytes = archive(pickle, { 'archive/data/0': new Uint8Array(Float32Array.of(1, 2, 3).buffer) });
    if (message !== '') expect(() => decodeTorch(bytes)).toThrow(message);
    else expect(Array.from(decodeTorch(bytes).get('x')!.values)).toEqual([1, 2, 3]);
  });
});

test('a file that was saved without checksums is read', () => {
  const bytes = new Uint8Array(bytesOf('checkpoint.pt'));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 46 <= bytes.length; at++)
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 16, 0, true);
  expect(decodeTorch(bytes).get('float')!.values).toEqual(Float32Array.of(1.5, -2, 0.25, 3));
});
