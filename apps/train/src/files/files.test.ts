import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutput, fileProblem, namedProblem, writeUserFile } from './files.js';
import { claimRunDirectory, openRunDirectory } from '../run/run-directory.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeFileSync(path.join(cwd, 'file'), 'old');
  mkdirSync(path.join(cwd, 'directory'));
  for (const [name, target] of [
    ['dangling', 'nowhere'],
    ['loop', 'loop'],
    ['link', 'file'],
    ['directory-link', 'directory'],
  ])
    symlinkSync(target, path.join(cwd, name));
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe('a file to write', () => {
  test.each([
    ['', '--out must name a file, got an empty name'],
    ['file', 'file: exists already; --force replaces it, --out chooses another'],
    ['link', 'link: exists already; --force replaces it, --out chooses another'],
    ['directory', 'directory: is a directory, not a file'],
    ['directory-link', 'directory-link: is a directory, not a file'],
    ['dangling', 'dangling: is a link to nowhere, which is not there'],
    ['loop', 'loop: is a link to itself'],
    ['file/below', 'file/below: is below a file, not a directory'],
    ['x'.repeat(256), `${'x'.repeat(256)}: the name is too long`],
  ])('is refused as %j', (name, message) => {
    expect(() => checkOutput(cwd, name, false)).toThrow(message);
  });

  test('is written through a link', async () => {
    checkOutput(cwd, 'link', true);
    await writeUserFile(cwd, 'link', 'new');
    expect(readFileSync(path.join(cwd, 'file'), 'utf8')).toBe('new');
    expect(lstatSync(path.join(cwd, 'link')).isSymbolicLink()).toBe(true);
  });

  test('may have a name as long as the file system allows', async () => {
    const name = 'x'.repeat(255);
    checkOutput(cwd, name, false);
    await writeUserFile(cwd, name, 'new');
    expect(readFileSync(path.join(cwd, name), 'utf8')).toBe('new');
  });

  test('is named when it cannot be written', async () => {
    await expect(writeUserFile(cwd, 'file/below', 'new')).rejects.toThrow(
      'file/below: is below a file, not a directory',
    );
    await expect(writeUserFile(cwd, 'x'.repeat(256), 'new')).rejects.toThrow(
      `${'x'.repeat(256)}: the name is too long`,
    );
  });

  test.runIf(existsSync('/dev/full'))('may be a device, which stays one', async () => {
    await expect(writeUserFile(cwd, '/dev/full', 'new')).rejects.toThrow('/dev/full: no room left on the disk');
    await writeUserFile(cwd, '/dev/null', 'new');
    for (const device of ['/dev/full', '/dev/null']) expect(lstatSync(device).isCharacterDevice()).toBe(true);
  });
});

describe('the directory of a run', () => {
  test.each([
    ['', '--out must name a directory, got an empty name'],
    ['file', 'file: is a file, not a directory'],
    ['link', 'link: is a file, not a directory'],
    ['dangling', 'dangling: is a link to nowhere, which is not there'],
    ['loop', 'loop: is a link to itself'],
    ['file/below', 'file/below: is below a file, not a directory'],
    ['x'.repeat(256), `${'x'.repeat(256)}: the name is too long`],
  ])('is refused as %j', (out, message) => {
    expect(() => claimRunDirectory(cwd, { out, command: 'train', force: true })).toThrow(message);
    if (out !== '') expect(() => openRunDirectory(cwd, out)).toThrow(message);
  });

  test.runIf(process.platform === 'linux')('is not looked for in vain where there can be none', () => {
    expect(() => claimRunDirectory(cwd, { out: '/proc/new/run', command: 'train', force: false })).toThrow(
      '/proc/new/run: no such directory',
    );
  });

  test('may be a link to one, or have a long name', () => {
    for (const out of ['directory-link', 'x'.repeat(255)]) {
      using directory = claimRunDirectory(cwd, { out, command: 'train', force: false });
      expect(directory.name).toBe(out);
    }
  });

  test('cannot be in runs where that is no directory', () => {
    symlinkSync('nowhere', path.join(cwd, 'runs'));
    expect(() => claimRunDirectory(cwd, { command: 'train', force: false })).toThrow(
      'runs: is a link to nowhere, which is not there',
    );
    rmSync(path.join(cwd, 'runs'));
    writeFileSync(path.join(cwd, 'runs'), '');
    expect(() => claimRunDirectory(cwd, { command: 'train', force: false })).toThrow(
      'runs: is a file, not a directory',
    );
  });

  test("is one run's at a time, with --force too", () => {
    using directory = claimRunDirectory(cwd, { out: 'directory', command: 'train', force: false });
    expect(() => claimRunDirectory(cwd, { out: 'directory', command: 'train', force: true })).toThrow(
      `directory: is being written by process ${process.pid}`,
    );
    expect(directory.name).toBe('directory');
  });
});

function of(code: string): Error {
  return Object.assign(new Error(`${code}: said so, write`), { code });
}

test('what the file system says is put in words', () => {
  expect(fileProblem(of('ENOSPC'))).toBe('no room left on the disk');
  expect(fileProblem(of('EROFS'))).toBe('the disk can only be read');
  expect(fileProblem(of('EIO'))).toBe('EIO: said so, write');
  expect(fileProblem(of('ERR_INVALID_ARG_TYPE'))).toBeUndefined();
  expect(fileProblem(new Error('other'))).toBeUndefined();
  expect(namedProblem(of('EACCES'), 'a.csv')).toMatchObject({ message: 'a.csv: permission denied' });
});
