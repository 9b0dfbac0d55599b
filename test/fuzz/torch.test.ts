import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { decodeTorch, describeZuko, importFlow } from '@pushforward/import';
import { foldIn, key } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { byteMutations, mutate } from './mutate.js';

const CASES = Number(process.env.PUSHFORWARD_CASES ?? 80);
const LONGEST_MS = 20_000;
const MOST_BYTES = 256 * 2 ** 20;

const whole = readFileSync(new URL('../../packages/import/fixtures/zuko-maf.pt', import.meta.url));
const entries = unzipSync(whole);
const pickle = Object.keys(entries).find((name) => name.endsWith('data.pkl'))!;

const foreign =
  /Cannot|is not (iterable|a function|defined|a constructor)|Maximum call stack|Invalid (array|typed)|undefined \(|\[object|out of memory|reading '/;

/** Reads what is damaged: tensors, or an error in one line; in time, and without taking memory. Gives whether it was refused. */
function readDamaged(what: string, bytes: Uint8Array): boolean {
  const before = process.memoryUsage().rss;
  const started = performance.now();
  let refused = false;
  try {
    const tensors = decodeTorch(bytes);
    using _ = importFlow(tensors, describeZuko(tensors, { activation: 'elu' }));
  } catch (error) {
    refused = true;
    expect((error as Error).message, what).toMatch(/^[A-Za-z]+: [^\p{Cc}]{5,2000}$/u);
    expect((error as Error).message, what).not.toMatch(foreign);
  }
  expect(performance.now() - started, what).toBeLessThan(LONGEST_MS);
  expect(process.memoryUsage().rss - before, what).toBeLessThan(MOST_BYTES);
  return refused;
}

test(`a file of torch.save damaged in ${CASES} ways is read, or refused in one line`, { timeout: 120_000 }, () => {
  for (let i = 0; i < CASES; i++) readDamaged(`case ${i}`, mutate(whole, foldIn(key(30), i), byteMutations));
});

test(`its pickle damaged in ${CASES} ways is read, or refused in one line`, { timeout: 120_000 }, () => {
  let refused = 0;
  for (let i = 0; i < CASES; i++) {
    const damaged = { ...entries, [pickle]: mutate(entries[pickle], foldIn(key(31), i)) };
    if (readDamaged(`case ${i}`, zipSync(damaged, { level: 0 }))) refused++;
  }
  expect(refused).toBeGreaterThan(CASES / 2);
});
