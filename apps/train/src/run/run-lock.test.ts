import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from './run-lock.js';

let directory: string;
let file: string;
let child: ChildProcess;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  file = path.join(directory, 'lock.json');
  child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

const write = (owner: unknown) => writeFileSync(file, typeof owner === 'string' ? owner : JSON.stringify(owner));
const own = { host: hostname(), pid: process.pid, began: null };

test('keeps everybody out until it is disposed of, and leaves nothing', () => {
  const lock = lockDirectory(directory, 'runs/x');
  expect(() => lockDirectory(directory, 'runs/x')).toThrow(`runs/x: is being written by process ${process.pid}`);
  lock[Symbol.dispose]();
  expect(readdirSync(directory)).toEqual([]);
  lockDirectory(directory, 'runs/x')[Symbol.dispose]();
});

test('holds as long as its process lives', async () => {
  write({ ...own, pid: child.pid });
  expect(() => lockDirectory(directory, 'x')).toThrow(`x: is being written by process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  using _ = lockDirectory(directory, 'x');
  expect(readdirSync(directory)).toEqual(['lock.json']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid });
});

test.each([
  ['of an earlier process with the number of this one', own],
  ['that was cut short', '{"host":'],
  ['that holds something else', { host: 1, pid: 'x' }],
])('a lock %s counts for nothing', (_, content) => {
  write(content);
  utimesSync(file, 1, 1);
  lockDirectory(directory, 'x')[Symbol.dispose]();
  expect(readdirSync(directory)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a lock of an earlier process with the number of a living one counts for nothing',
  () => {
    write({ ...own, pid: child.pid, began: 'long ago' });
    lockDirectory(directory, 'x')[Symbol.dispose]();
  },
);

test('what another machine holds, or somebody is writing just now, is held', () => {
  write({ ...own, host: 'else\u001bwhere', pid: 7 });
  expect(() => lockDirectory(directory, 'x')).toThrow(
    `x: is being written by process 7 on else\\x1bwhere; if that is gone, delete ${path.join('x', 'lock.json')}`,
  );
  write('');
  expect(() => lockDirectory(directory, 'x')).toThrow('x: is being written by another process');
});

test('a lock that another process took over is not removed', () => {
  const lock = lockDirectory(directory, 'x');
  write({ ...own, pid: child.pid });
  lock[Symbol.dispose]();
  expect(readdirSync(directory)).toEqual(['lock.json']);
});
