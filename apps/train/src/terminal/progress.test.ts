import { describe, expect, test } from 'vitest';
import { formatDuration, ProgressBar, progressText } from './progress.js';
import { textTable } from './text-table.js';

test('a line of progress', () => {
  const state = { done: 25, total: 100, loss: 98.765, rate: 12.34, isSettled: true };
  expect(progressText('IAF', state, false)).toBe('IAF  25 % · loss 98.77 · 12.3 steps/s · 6 s left');
  expect(progressText('IAF', state, true)).toBe(
    `IAF ${'█'.repeat(5)}${'░'.repeat(15)}  25 % · loss 98.77 · 12.3 steps/s · 6 s left`,
  );
  expect(progressText('IAF', { ...state, isSettled: false }, false)).toBe('IAF  25 % · loss 98.77 · 12.3 steps/s');
  expect(progressText('IAF', { ...state, done: 100, loss: 2e25 }, false)).toBe(
    'IAF 100 % · loss 2.00e+25 · 12.3 steps/s',
  );
});

test.each([
  [0.4, '0 s'],
  [59.6, '1 min 00 s'],
  [125, '2 min 05 s'],
  [7380, '2 h 03 min'],
])('%f seconds', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

/** What a bar of 1000 steps writes. */
function run(isTTY: boolean): string {
  let written = '';
  const bar = new ProgressBar({ write: (text) => (written += text), isTTY, columns: 60 }, 'IAF');
  for (let done = 1; done <= 1000; done++) bar.update({ done, total: 1000, loss: 1, rate: 100 });
  bar.end();
  return written;
}

describe('the bar', () => {
  test('redraws one line on a terminal, cut to its width', () => {
    const text = run(true);
    const frames = text.trimEnd().split('\r\u001b[2K').slice(1);
    expect(frames.at(-1)).toContain('100 %');
    for (const line of frames) expect(line.length).toBeLessThan(60);
    expect(text.indexOf('\n')).toBe(text.length - 1);
  });

  test('writes few plain lines elsewhere', () => {
    const text = run(false);
    expect(text).toBe('IAF   0 % · loss 1.00 · 100.0 steps/s\nIAF 100 % · loss 1.00 · 100.0 steps/s\n');
  });
});

test('a table of text', () => {
  expect(
    textTable(
      ['model', 'nats'],
      [
        ['a', '1.5'],
        ['longer', '10.25'],
      ],
    ),
  ).toBe('model     nats\n──────────────\na          1.5\nlonger   10.25\n');
});
