import { describe, expect, test } from 'vitest';
import { pageProblems } from '../../testing/check-page.js';
import { frame, ticksBetween } from './frame.js';
import { centralInterval, histogram, histogramPair } from './histogram.js';
import { lineChart } from './line-chart.js';
import { labelScatter, scatter } from './scatter.js';

const size = { width: 300, height: 200, alt: 'a <chart> & "more"' };

describe('ticks', () => {
  test.each([
    [0, 10, 5, [0, 2, 4, 6, 8, 10]],
    [-1, 1, 4, [-1, -0.5, 0, 0.5, 1]],
    [-130.2, -98.6, 6, [-130, -120, -110, -100]],
    [0.0012, 0.0049, 4, [0.002, 0.003, 0.004]],
    [3, 3, 5, []],
    [0, 1, 0, []],
  ])('%f to %f', (from, to, count, expected) => {
    expect(ticksBetween([from, to], count).map((tick) => Number(tick.toPrecision(12)))).toEqual(expected);
  });

  test.each([
    [
      [-2, 2],
      ['−2', '−1', '0', '1', '2'],
    ],
    [
      [0, 0.4],
      ['0.0', '0.1', '0.2', '0.3', '0.4'],
    ],
    [
      [0, 4e6],
      ['0e0', '1e6', '2e6', '3e6', '4e6'],
    ],
    [
      [0, 4e-5],
      ['0e0', '1e−5', '2e−5', '3e−5', '4e−5'],
    ],
  ] as const)('as text between %j', (domain, expected) => {
    const svg = frame({ ...size, x: { domain: [...domain], ticks: 4 }, y: { domain: [0, 1], ticks: 0 } }, () => '');
    expect([...svg.matchAll(/class="tick"[^>]*>([^<]*)</g)].map(([, text]) => text)).toEqual(expected);
  });
});

test('a histogram is a density', () => {
  const heights = histogram([0.1, 0.1, 0.6, 5, -3], [0, 1], 2);
  expect(heights).toEqual([0.8, 0.4]);
  expect(histogram([1], [0, 1], 4)).toEqual([0, 0, 0, 4]);
});

test('the central interval leaves outliers out', () => {
  const values = [...Array.from({ length: 999 }, (_, i) => i), 1e9];
  const [low, high] = centralInterval(values);
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(999);
  expect(high).toBeLessThan(1200);
  expect(centralInterval([2, 2])).toEqual([0, 4]);
});

test('every chart is a whole picture with a text', () => {
  const axes = { x: { domain: [0, 2] as const, label: 'x & y' }, y: { domain: [0, 2] as const } };
  const charts = [
    lineChart({ ...size, ...axes }, [
      {
        name: 'two',
        color: '#123456',
        points: [
          { x: 0, y: 1 },
          { x: 2, y: 2 },
        ],
      },
      { name: 'one', color: '#123456', dashed: true, points: [{ x: 1, y: 1 }] },
      { name: 'none', color: '#123456', points: [] },
    ]),
    scatter({ ...size, ...axes }, [1, 2], [0, 1], '#123456'),
    labelScatter({ ...size, ...axes }, [{ x: 1, y: 1, text: '<', color: '#123456' }]),
    histogramPair({ ...size, ...axes }, { values: [1, 1.5], color: '#123456' }, { values: [0.5], color: '#654321' }),
  ];
  for (const chart of charts) {
    expect(chart).toContain('aria-label="a &lt;chart&gt; &amp; &quot;more&quot;"');
    expect(pageProblems(chart)).toEqual([]);
  }
});
