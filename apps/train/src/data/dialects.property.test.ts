import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asUtf8, readBytes } from './bytes.js';
import { openCsv } from './csv/csv.js';
import { Gatherer } from './table.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 200);

/** How one table may be written. */
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ' '),
  newline: fc.constantFrom('\n', '\r\n', '\r'),
  isQuoted: fc.constantFrom('none', 'all', 'names') as fc.Arbitrary<'none' | 'all' | 'names'>,
  hasHeader: fc.boolean(),
  decimal: fc.constantFrom('.', ',') as fc.Arbitrary<'.' | ','>,
  encoding: fc.constantFrom('utf-8', 'mark', 'utf-16le', 'utf-16be') as fc.Arbitrary<
    'utf-8' | 'mark' | 'utf-16le' | 'utf-16be'
  >,
  blankLines: fc.boolean(),
  hasEnd: fc.boolean(),
  chunk: fc.integer({ min: 1, max: 40 }),
});
const number = fc
  .oneof(
    fc.double({ min: -3e38, max: 3e38, noNaN: true }),
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc.integer({ min: -1000, max: 1000 }),
    // In text −0 is 0.
  )
  .map((value) => value + 0);
const name = fc
  .string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'Z', 'é', '字', '_', ' ', ',', ';', '|', '"') })
  .map((text) => `n${text}n`);
const table = fc.integer({ min: 2, max: 5 }).chain((columns) =>
  fc.record({
    names: fc.array(name, { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(number, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 12 }),
  }),
);

type Dialect = typeof dialect extends fc.Arbitrary<infer D> ? D : never;

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

function write({ names, rows }: { names: string[]; rows: number[][] }, d: Dialect): string {
  const field = (value: number) => {
    const text = String(value).replace('.', d.decimal);
    return d.isQuoted === 'all' || text.includes(d.delimiter) ? quote(text) : text;
  };
  const lines = rows.map((row) => row.map(field).join(d.delimiter));
  if (d.hasHeader)
    lines.unshift(
      names.map((text) => (d.isQuoted === 'none' && !/[",;\t| ]/.test(text) ? text : quote(text))).join(d.delimiter),
    );
  return lines.join(d.blankLines ? d.newline.repeat(2) : d.newline) + (d.hasEnd ? d.newline : '');
}

function encode(text: string, encoding: Dialect['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'mark') return Buffer.from(`\uFEFF${text}`);
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  // The first has what tells the encoding, as a file's has.
  yield bytes.subarray(0, 4);
  for (let at = 4; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test(
  'a table is read back bit for bit from whatever dialect it is written in',
  async () => {
    await fc.assert(
      fc.asyncProperty(table, dialect, async (content, d) => {
        const bytes = encode(write(content, d), d.encoding);
        const stream = await openCsv('t.csv', chunksOf(bytes, d.chunk), {
          decimal: d.decimal,
          header: d.hasHeader,
          delimiter: d.delimiter,
        });
        const gatherer = new Gatherer();
        for await (const { values } of stream.blocks()) gatherer.add(values);
        expect(stream.names).toEqual(
          d.hasHeader ? content.names.map((text) => text.trim()) : content.names.map((_, i) => `x${i + 1}`),
        );
        expect([...gatherer.finish()]).toEqual(content.rows.flat());
      }),
      { numRuns: CASES, seed: 5 },
    );
  },
  60_000 + 30 * CASES,
);

test(
  'the delimiter and the header are found out',
  async () => {
    await fc.assert(
      fc.asyncProperty(table, dialect, async (content, d) => {
        // What is a decimal comma to one reader is a separator to another: it has to be told, or quoted.
        const told = { ...d, decimal: '.' as const, hasHeader: true };
        const plain = { ...content, names: content.names.map((_, i) => `column${i}`) };
        const stream = await openCsv('t.csv', chunksOf(encode(write(plain, told), d.encoding), d.chunk));
        const gatherer = new Gatherer();
        for await (const { values } of stream.blocks()) gatherer.add(values);
        expect(stream.names).toEqual(plain.names);
        expect([...gatherer.finish()]).toEqual(content.rows.flat());
      }),
      { numRuns: CASES, seed: 6 },
    );
  },
  60_000 + 30 * CASES,
);

test('gzip changes nothing', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  try {
    const text = `a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},${Math.sin(i)}`).join('\n')}`;
    writeFileSync(path.join(directory, 't.gz'), gzipSync(text));
    let read = '';
    for await (const chunk of asUtf8(readBytes(directory, 't.gz'), 't.gz'))
      read += Buffer.from(chunk).toString('latin1');
    expect(read === text).toBe(true);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
