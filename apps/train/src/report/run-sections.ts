import type { Json } from '@pushforward/tensor';
import { escapeXml, table } from './markup.js';
import type { Section } from './page.js';

/** How a run came about. */
export interface RunFacts {
  /** As the user typed it. */
  commandLine: string;
  /** Every option with its value. */
  settings: readonly (readonly [name: string, value: string])[];
  /** What took how long. */
  timings: readonly { name: string; seconds: number; note?: string }[];
  backend: string;
}

/** Options with their values as text. */
export function settingRows(settings: { [name: string]: Json }): [name: string, value: string][] {
  return Object.entries(settings).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (Array.isArray(value)) return [[name, value.join(', ')]];
    return typeof value === 'object' ? settingRows(value) : [[name, String(value)]];
  });
}

/** The parts that every report ends with: what took how long, and how to do it again. */
export function runSections({ commandLine, settings, timings, backend }: RunFacts): Section[] {
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  const times = timings.map(({ name, seconds, note }) => [name, `${seconds.toFixed(1)} s`, note ?? '']);
  const rows = settings.map(
    ([name, value]) => `<tr><th scope="row">${escapeXml(name)}</th><td>${escapeXml(value)}</td></tr>`,
  );
  return [
    {
      title: 'Timings',
      content: `<div class="timings">${table(['', 'time', ''], [...times, ['together', `${total.toFixed(1)} s`, '']])}</div>`,
    },
    {
      title: 'How to do it again',
      content: `<pre>${escapeXml(commandLine)}</pre><div class="wide"><table class="settings"><tbody>${rows.join('')}</tbody></table></div><p>Computed in Node ${escapeXml(process.version)} on TensorFlow.js’s backend ${escapeXml(backend)}. The same command gives the same numbers there; times aside.</p>`,
    },
  ];
}
