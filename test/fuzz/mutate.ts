import { foldIn, type Key, randomBits } from '@pushforward/tensor';

/** Whole numbers below a bound. */
export type Draw = (below: number) => number;

/** A {@link Draw} that gives the same numbers for the same key. */
export function drawing(key: Key): Draw {
  let words: Uint32Array | Int32Array = new Uint32Array();
  let [used, blocks] = [0, 0];
  return (below) => {
    if (used === words.length) {
      words = randomBits(foldIn(key, blocks++), 64);
      used = 0;
    }
    return (words[used++] >>> 0) % Math.max(1, below);
  };
}

/** One of a list. */
export function choose<T>(draw: Draw, list: readonly T[]): T {
  return list[draw(list.length)];
}

/** A way to damage bytes. It never changes what it is given. */
export type Mutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

/** Half the places are near the beginning, where headers stand. */
function place(bytes: Uint8Array, draw: Draw): number {
  return draw(1 + (draw(2) === 0 ? bytes.length : Math.min(bytes.length, 512)));
}

/** Between two places of the bytes, half of the time a few bytes only. */
function range(bytes: Uint8Array, draw: Draw): [begin: number, end: number] {
  const begin = place(bytes, draw);
  const longest = bytes.length - begin;
  return [begin, begin + draw(1 + (draw(2) === 0 ? Math.min(longest, 16) : longest))];
}

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) change(copy);
  return copy;
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** What happens to any file: bits rot, blocks are lost, repeated or overwritten, a copy stops early. */
export const byteMutations: Readonly<Record<string, Mutation>> = {
  flipBit: (bytes, draw) => changed(bytes, (copy) => void (copy[draw(copy.length)] ^= 1 << draw(8))),
  setByte: (bytes, draw) =>
    changed(bytes, (copy) => void (copy[draw(copy.length)] = choose(draw, [0, 1, 0x20, 0x7f, 0x80, 0xff, draw(256)]))),
  setBytes: (bytes, draw) =>
    changed(bytes, (copy) => {
      for (let i = 1 + draw(8); i > 0; i--) copy[draw(copy.length)] = draw(256);
    }),
  truncate: (bytes, draw) => bytes.slice(0, draw(bytes.length + 1)),
  dropStart: (bytes, draw) => bytes.slice(draw(bytes.length + 1)),
  zeroRange: (bytes, draw) => changed(bytes, (copy) => void copy.fill(0, ...range(copy, draw))),
  copyRange: (bytes, draw) => changed(bytes, (copy) => void copy.copyWithin(draw(copy.length), ...range(copy, draw))),
  removeRange: (bytes, draw) => {
    const [begin, end] = range(bytes, draw);
    return join(bytes.subarray(0, begin), bytes.subarray(end));
  },
  repeatRange: (bytes, draw) => {
    const [begin, end] = range(bytes, draw);
    return join(bytes.subarray(0, end), bytes.subarray(begin));
  },
  insertBytes: (bytes, draw) => {
    const place = draw(bytes.length + 1);
    const inserted = Uint8Array.from({ length: 1 + draw(16) }, () => draw(256));
    return join(bytes.subarray(0, place), inserted, bytes.subarray(place));
  },
};

const numbers = [
  '0',
  '-1',
  '1',
  '0.5',
  '1e9',
  '30000',
  '100000',
  '4294967296',
  '9007199254740993',
  '1e999',
  '-0',
  '1e-320',
  'null',
  '"NaN"',
];

/** Puts something else in the place of one match of a pattern, if there is any; text that is no UTF-8 keeps its other bytes. */
function replaceOne(
  bytes: Uint8Array,
  draw: Draw,
  pattern: RegExp,
  replacement: (match: string) => string,
): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return bytes;
  const match = choose(draw, matches);
  const replaced = `${text.slice(0, match.index)}${replacement(match[0])}${text.slice(match.index + match[0].length)}`;
  return Uint8Array.from(Buffer.from(replaced, 'latin1'));
}

/** What an editor or a hostile hand does to text, JSON above all: other numbers, words, names, types, a deep nest. */
export const textMutations: Readonly<Record<string, Mutation>> = {
  number: (bytes, draw) => replaceOne(bytes, draw, /-?\d+(\.\d+)?(e[+-]?\d+)?/giu, () => choose(draw, numbers)),
  digit: (bytes, draw) => replaceOne(bytes, draw, /\d/gu, () => String(draw(10))),
  word: (bytes, draw) =>
    replaceOne(bytes, draw, /[A-Za-z]{2,}/gu, () =>
      choose(draw, ['', 'x', '__proto__', 'Chain', 'Made', 'true', 'null', 'toString']),
    ),
  value: (bytes, draw) =>
    replaceOne(bytes, draw, /(?<=:)(\[[^[\]{}]*\]|\{[^[\]{}]*\}|"[^"\\]*"|-?\d+(\.\d+)?|true|false|null)/gu, (match) =>
      choose(draw, [
        ...numbers,
        '[]',
        '{}',
        '[[]]',
        '""',
        '"\\u001b[31m"',
        'true',
        'false',
        `[${match}]`,
        `{"x":${match}}`,
      ]),
    ),
  nest: (bytes, draw) =>
    replaceOne(bytes, draw, /(?<=:)(-?\d+(\.\d+)?|true|false|null|"[^"\\]*")/gu, () => {
      const depth = choose(draw, [3, 100, 10_000, 100_000]);
      return `${'['.repeat(depth)}${']'.repeat(depth)}`;
    }),
  punctuation: (bytes, draw) =>
    replaceOne(bytes, draw, /[[\]{}:,"]/gu, () =>
      choose(draw, ['', '[', ']', '{', '}', ',', '"', '\n', '\u0000', '\u001b']),
    ),
};

const allMutations = { ...byteMutations, ...textMutations };

/**
 * A file as a bad disk, a bad cable or a bad person might leave it: one to three mutations after each other, the same ones for a key.
 * The bytes that come out may be those that went in, where a range happened to hold what was written over it.
 */
export function mutate(
  bytes: Uint8Array,
  key: Key,
  mutations: Readonly<Record<string, Mutation>> = allMutations,
): Uint8Array<ArrayBuffer> {
  const draw = drawing(key);
  const names = Array.from({ length: choose(draw, [1, 1, 1, 2, 3]) }, () => choose(draw, Object.keys(mutations)));
  return Uint8Array.from(names.reduce((damaged, name) => mutations[name](damaged, draw), bytes));
}
