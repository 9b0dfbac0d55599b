import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onStopSignals } from './stop-signals.js';

test('the first signal asks to stop, the second exits', () => {
  const exits: number[] = [];
  const source = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const signal = onStopSignals(source);
  expect(signal.aborted).toBe(false);
  source.emit('SIGTERM');
  expect([signal.aborted, signal.reason, exits]).toEqual([true, 'SIGTERM', []]);
  source.emit('SIGINT');
  expect(exits).toEqual([130]);
});
