import { afterEach, expect, test, vi } from 'vitest';
import { yieldToEventLoop } from './event-loop.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Yields again and again; whether a timer got its turn within a second. */
async function timerRuns(): Promise<boolean> {
  const turns: string[] = [];
  setTimeout(() => turns.push('timer'), 0);
  const start = performance.now();
  while (turns.length === 0 && performance.now() - start < 1000) await yieldToEventLoop();
  return turns.length > 0;
}

test('lets timers run in Node', async () => {
  expect(await timerRuns()).toBe(true);
});

test('lets timers run where there is no setImmediate', async () => {
  vi.stubGlobal('setImmediate', undefined);
  expect(await timerRuns()).toBe(true);
});

test('gives no turn twice in a frame', async () => {
  const now = performance.now();
  await timerRuns();
  vi.spyOn(performance, 'now').mockReturnValue(now);
  const immediate = vi.fn();
  vi.stubGlobal('setImmediate', immediate);
  for (let i = 0; i < 10; i++) await yieldToEventLoop();
  expect(immediate).not.toHaveBeenCalled();
});
