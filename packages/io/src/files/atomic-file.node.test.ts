import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileAtomic } from './atomic-file.js';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pushforward-io-'));
  file = path.join(directory, 'a.bin');
});
afterEach(() => rm(directory, { recursive: true }));

test('writes text and bytes, into new directories too', async () => {
  await writeFileAtomic(file, 'é');
  expect(await readFile(file, 'utf8')).toBe('é');
  await writeFileAtomic(file, new Uint8Array([9, 1, 2, 9]).subarray(1, 3));
  expect([...(await readFile(file))]).toEqual([1, 2]);
  const deep = path.join(directory, 'b', 'c', 'd.txt');
  await writeFileAtomic(deep, '');
  expect(await readFile(deep, 'utf8')).toBe('');
  expect(await readdir(directory)).toEqual(['a.bin', 'b']);
});

test('writes to a name relative to the working directory', async () => {
  await writeFileAtomic(path.relative(process.cwd(), file), 'x');
  expect(await readFile(file, 'utf8')).toBe('x');
});

async function* parts(fails: boolean) {
  yield 'a';
  yield new TextEncoder().encode('é');
  await Promise.resolve();
  if (fails) throw new TypeError('broken');
  yield 'z';
}

test('writes what comes bit by bit, and keeps the old content where that fails', async () => {
  await writeFileAtomic(file, parts(false));
  expect(await readFile(file, 'utf8')).toBe('aéz');
  const failure = await writeFileAtomic(file, parts(true)).catch((error: unknown) => error);
  expect(failure).toEqual(new TypeError('broken'));
  expect(failure).not.toHaveProperty('path');
  expect(await readFile(file, 'utf8')).toBe('aéz');
  expect(await readdir(directory)).toEqual(['a.bin']);
});

test('makes directories above each other, for many at once', async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => writeFileAtomic(path.join(directory, 'a', 'b', 'c', String(i)), 'x')),
  );
  expect(await readdir(path.join(directory, 'a', 'b', 'c'))).toHaveLength(8);
});

test.runIf(process.platform === 'linux')('a directory that takes no new ones is refused', async () => {
  for (const file of ['/proc/new/file', '/proc/new/and/below/file'])
    await expect(writeFileAtomic(file, 'x')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('many at once leave one of them, whole', async () => {
  const contents = Array.from({ length: 20 }, (_, i) => String.fromCodePoint(97 + i).repeat(10_000 + i));
  await Promise.all(contents.map((content) => writeFileAtomic(file, content)));
  expect(contents).toContain(await readFile(file, 'utf8'));
  expect(await readdir(directory)).toEqual(['a.bin']);
});

test('what fails leaves nothing', async () => {
  await mkdir(file);
  await expect(writeFileAtomic(file, 'x')).rejects.toMatchObject({ code: expect.stringMatching(/^E/), path: file });
  expect(await readdir(directory)).toEqual(['a.bin']);
  expect(await readdir(file)).toEqual([]);
});

test('a name as long as file systems allow, in bytes', async () => {
  for (const name of ['a'.repeat(255), 'é'.repeat(127), '日'.repeat(85)]) {
    const long = path.join(directory, name);
    await writeFileAtomic(long, 'first');
    await writeFileAtomic(long, 'second');
    expect(await readFile(long, 'utf8')).toBe('second');
    expect(await readdir(directory)).toEqual([name]);
    await rm(long);
  }
});

test('removes what dead processes left of this file, and nothing else', async () => {
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  const removed = [`.a.bin.${dead}-0.tmp`, `.a.bin.${dead}-17.tmp`, `.a.bin.${process.pid}-123456789.tmp`];
  const kept = [
    `.a.bin.${process.ppid}-0.tmp`,
    `.b.bin.${dead}-0.tmp`,
    '.a.bin.tmp',
    `.a.bin.${dead}.tmp`,
    `a.bin.${dead}-0.tmp`,
    `.a.bin.x-0.tmp`,
  ];
  for (const name of [...removed, ...kept]) await writeFile(path.join(directory, name), '');
  await writeFileAtomic(file, 'x');
  expect(new Set(await readdir(directory))).toEqual(new Set(['a.bin', ...kept]));
});
