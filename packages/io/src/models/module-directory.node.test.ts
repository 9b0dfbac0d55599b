import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import type { Module } from '@pushforward/tensor';
import { unzipSync, zipSync } from 'fflate';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { classes, contentOf, savedModules, Stack, Table } from '../../test/modules.js';
import { loadModule, saveModule } from './module-directory.js';
import { packModule, unpackModule } from './pack.js';

let directory: string;
let tensorsBefore: number;
beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'pushforward-io-'));
  tensorsBefore = memory().numTensors;
});
afterEach(async () => {
  await fs.rm(directory, { recursive: true });
  expect(memory().numTensors).toBe(tensorsBefore);
});

const inDirectory = (name: string) => path.join(directory, name);
const sortedFiles = async () => (await fs.readdir(directory)).toSorted();
const bothFiles = ['config.json', 'weights.safetensors'];

/** Everything a module is. */
async function describeModule(module: Module) {
  return { config: module.config(), content: await contentOf(module) };
}

async function loadAndDescribe() {
  const { module, metadata } = await loadModule(directory, classes);
  const described = await describeModule(module);
  module.dispose();
  return { ...described, metadata };
}

describe('a saved module', () => {
  test('comes back with its metadata', async () => {
    directory = path.join(directory, 'new', 'deep');
    const module = new Stack([new Table(2, 5), new Table(1, -3)]);
    await saveModule(module, directory, { metadata: { columns: ['a'] } });
    expect(await sortedFiles()).toEqual(bothFiles);
    expect(await loadAndDescribe()).toEqual({ ...(await describeModule(module)), metadata: { columns: ['a'] } });
    module.dispose();
  });

  test('replaces another and nothing else', async () => {
    await fs.writeFile(inDirectory('notes.txt'), 'mine');
    await fs.writeFile(inDirectory('weights.safetensors.bak'), 'mine too');
    const [first, second] = [new Table(2), new Stack([])];
    await saveModule(first, directory, { metadata: 1 });
    await saveModule(second, directory);
    expect(await sortedFiles()).toEqual(['config.json', 'notes.txt', 'weights.safetensors', 'weights.safetensors.bak']);
    expect(await loadAndDescribe()).toEqual({ ...(await describeModule(second)), metadata: undefined });
    first.dispose();
    second.dispose();
  });

  test('goes from a directory to an archive and back', async () => {
    const module = new Table(2, 4);
    await saveModule(module, directory, { metadata: 'x' });
    const files = await Promise.all(
      bothFiles.map(async (name) => [name, new Uint8Array(await fs.readFile(inDirectory(name)))] as const),
    );
    const unpacked = unpackModule(zipSync(Object.fromEntries(files)), classes);
    expect(await describeModule(unpacked.module)).toEqual(await describeModule(module));
    unpacked.module.dispose();

    const archive = unzipSync(await packModule(module, { metadata: 'x' }));
    expect(archive).toEqual(Object.fromEntries(files));
    module.dispose();
  });

  test('may be loaded and saved at the same time', async () => {
    const modules = [new Table(50, 1), new Stack([new Table(40, 2)])];
    const described = await Promise.all(
      modules.map(async (module, metadata) => ({ ...(await describeModule(module)), metadata })),
    );
    await saveModule(modules[0], directory, { metadata: 0 });
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        await saveModule(modules[i % 2], directory, { metadata: i % 2 });
        const loaded = await loadAndDescribe();
        expect(loaded).toEqual(described[loaded.metadata as number]);
      }),
    );
    expect(await sortedFiles()).toEqual(bothFiles);
    for (const module of modules) module.dispose();
  });
});

const unreadable = (file: string, reason: string) =>
  new Error(`loadModule: ${file} must be a file that can be read, got ${reason}`);

describe('what is refused', () => {
  test('what is not there', async () => {
    const missing = inDirectory('missing');
    await expect(loadModule(missing, classes)).rejects.toThrow(
      unreadable(path.join(missing, 'weights.safetensors'), 'no such file'),
    );
    await fs.writeFile(inDirectory('config.json'), '{}');
    await expect(loadModule(directory, classes)).rejects.toThrow(
      unreadable(inDirectory('weights.safetensors'), 'no such file'),
    );
    await expect(loadModule(inDirectory('config.json'), classes)).rejects.toThrow(
      unreadable(path.join(inDirectory('config.json'), 'weights.safetensors'), 'a file where a directory should be'),
    );
    await fs.mkdir(inDirectory('weights.safetensors'));
    await expect(loadModule(directory, classes)).rejects.toThrow(
      unreadable(inDirectory('weights.safetensors'), 'a directory'),
    );
  });

  test('a truncated file, by its name', async () => {
    const module = new Table(2);
    await saveModule(module, directory);
    module.dispose();
    await fs.truncate(inDirectory('weights.safetensors'), 400);
    await expect(loadModule(directory, classes)).rejects.toThrow(
      new RegExp(`^loadModule: ${directory}: weights\\.safetensors is truncated: its header has \\d+ bytes, got 392$`),
    );
  });

  test('an edited config.json, but none that is missing', async () => {
    const module = new Table(2);
    await saveModule(module, directory);
    const text = await fs.readFile(inDirectory('config.json'), 'utf8');
    await fs.writeFile(inDirectory('config.json'), text.replace('"rows": 2', '"rows": 20'));
    await expect(loadModule(directory, classes)).rejects.toThrow(
      `loadModule: ${directory}: config.json is damaged or was edited, while weights.safetensors holds the whole module: undo that, or delete it`,
    );
    // Neither does it matter which part of it says something else: what it says of the weights is no excuse.
    await fs.writeFile(
      inDirectory('config.json'),
      text.replace('"rows": 2', '"rows": 20').replace(/"bytes": \d+/, '"bytes": 7'),
    );
    await expect(loadModule(directory, classes)).rejects.toThrow('config.json is damaged or was edited');
    await fs.rm(inDirectory('config.json'));
    expect(await loadAndDescribe()).toEqual({ ...(await describeModule(module)), metadata: undefined });
    module.dispose();
  });
});

/** Lets the file system do `count` things and then no more, as if the process had been killed; returns what ends that. */
async function stopAfter(count: number): Promise<() => void> {
  const probe = await fs.open(directory, 'r');
  const handle = Object.getPrototypeOf(probe) as fs.FileHandle;
  await probe.close();
  const before = { mkdir: fs.mkdir, readdir: fs.readdir, open: fs.open, rename: fs.rename, rm: fs.rm };
  const { writeFile, sync } = handle;
  let done = 0;
  const next = () => {
    if (done++ >= count) throw new Error('killed');
  };
  for (const name of Object.keys(before) as (keyof typeof before)[]) {
    const original = before[name] as (...values: unknown[]) => unknown;
    Object.assign(fs, {
      [name]: async (...values: unknown[]) => {
        next();
        return original(...values);
      },
    });
  }
  handle.sync = async function () {
    next();
    return sync.call(this);
  };
  handle.writeFile = async function (content) {
    const bytes = Buffer.from(content as Uint8Array);
    const half = bytes.length >> 1;
    next();
    await writeFile.call(this, bytes.subarray(0, half));
    next();
    await writeFile.call(this, bytes.subarray(half));
  };
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, before);
    Object.assign(handle, { writeFile, sync });
    syncBuiltinESMExports();
  };
}

describe('a process killed while saving', () => {
  test('after any step leaves the old module or the new one, whole, and the next saving cleans up', async () => {
    const [first, second] = [new Table(3, 1), new Stack([new Table(2, 2)])];
    const old = { ...(await describeModule(first)), metadata: 'old' };
    const renewed = { ...(await describeModule(second)), metadata: 'new' };
    const outcomes: string[] = [];
    for (let finished = false, steps = 0; !finished; steps++) {
      await saveModule(first, directory, { metadata: 'old' });
      expect(await sortedFiles()).toEqual(bothFiles);
      const restore = await stopAfter(steps);
      finished = await saveModule(second, directory, { metadata: 'new' }).then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe('killed');
          return false;
        },
      );
      restore();
      const loaded = await loadAndDescribe();
      expect(loaded).toEqual(loaded.metadata === 'old' ? old : renewed);
      outcomes.push(loaded.metadata as string);
    }
    // Both happened, and there is one moment between them.
    expect(outcomes.join(' ')).toMatch(/^(old ){6}(new ?){11}$/);
    first.dispose();
    second.dispose();
  });

  test('for the first time leaves nothing or the module', async () => {
    const module = new Table(3, 1);
    const described = { ...(await describeModule(module)), metadata: undefined };
    for (let finished = false, steps = 0, found = 0; !finished; steps++) {
      const restore = await stopAfter(steps);
      finished = await saveModule(module, directory).then(
        () => true,
        () => false,
      );
      restore();
      if (await fs.stat(inDirectory('weights.safetensors')).catch(() => null)) {
        found++;
        expect(await loadAndDescribe()).toEqual(described);
      } else expect(found).toBe(0);
    }
    module.dispose();
  });

  // Up to fifty processes are started one after another, which a busy machine takes its time for.
  test('at any moment, by SIGKILL', { timeout: 180_000 }, async () => {
    const outDir = path.resolve(import.meta.dirname, '../../../../.cache/io-save-forever');
    await build({
      configFile: false,
      logLevel: 'error',
      resolve: { conditions: ['@pushforward/source'] },
      ssr: { noExternal: [/^@pushforward\//], resolve: { conditions: ['@pushforward/source'] } },
      build: {
        ssr: path.resolve(import.meta.dirname, '../../test/save-forever.ts'),
        outDir,
        emptyOutDir: true,
        minify: false,
      },
    });
    const modules = savedModules();
    const described = await Promise.all(modules.map(describeModule));
    await saveModule(modules[0], directory, { metadata: 0 });
    for (const module of modules) module.dispose();

    let leftovers = 0;
    for (let kills = 0; kills < 10 || leftovers < 2; kills++) {
      expect(kills).toBeLessThan(50);
      const child = fork(path.join(outDir, 'save-forever.js'), [directory], { stdio: 'inherit' });
      // It tells when it begins, and whenever it has saved once more; a saving takes some milliseconds.
      for (let told = 0; told <= kills % 4; told++) await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, (kills * 1.7) % 12));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { metadata, ...loaded } = await loadAndDescribe();
      expect(loaded).toEqual(described[(metadata as number) % 2]);
      if (kills % 4 > 0) expect(metadata).toBeGreaterThanOrEqual((kills % 4) - 1);
      // Whoever writes a file removes first what is left of earlier ones: of each file there is one at most, however many were killed.
      const left = (await sortedFiles())
        .filter((name) => !bothFiles.includes(name))
        .map((name) => /^\.(.+)\.\d+-\d+\.tmp$/.exec(name)?.[1]);
      expect([[], ['config.json'], ['weights.safetensors'], bothFiles]).toContainEqual(left);
      leftovers += left.length;
    }
    const module = new Table(1);
    await saveModule(module, directory);
    module.dispose();
    expect(await sortedFiles()).toEqual(bothFiles);
  });
});
