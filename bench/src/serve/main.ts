import { parseArgs } from 'node:util';
import { load, type LoadResult, together } from './load.js';
import { startOurs, startPeer } from './server.js';

const usage = `usage: node bench/dist/serve/main.js [options]
  --seconds 60   how long each server is asked
  --clients 16   how many clients ask it at once
  --python PATH  a Python with fastapi, uvicorn, torch and zuko; default: bench/peers/.venv`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '16' },
    python: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [seconds, clients] = [Number(values.seconds), Number(values.clients)];

/** What each server is asked for before the other one has its turn again, so that what else the machine does meets both. */
const SLICE_SECONDS = 10;

const started = [await startOurs(), await startPeer(values.python)];
const servers = started.filter((server) => server !== undefined);
if (servers.length < started.length)
  console.error('no Python with fastapi and zuko: bash bench/peers/install.sh makes one');
for (const server of servers) await load(server, clients, Math.min(5, seconds));
const results: LoadResult[][] = servers.map(() => []);
for (let rest = seconds; rest > 0; rest -= SLICE_SECONDS) {
  for (const [i, server] of servers.entries())
    results[i].push(await load(server, clients, Math.min(SLICE_SECONDS, rest)));
}

const title = [
  'server',
  'requests/s',
  'median, ms',
  'p99, ms',
  'p99.9, ms',
  'errors',
  'bad, of them not refused',
  'left',
  'memory, mean of each sixth of the time, MB',
];
const sixths = (sizes: readonly number[]) =>
  Array.from({ length: 6 }, (_, i) => sizes.slice((i * sizes.length) / 6, ((i + 1) * sizes.length) / 6));
const mean = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0) / sizes.length;
const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
console.log(`${clients} clients, ${seconds} s each, Node ${process.version}`);
console.log(line(title));
console.log(line(title.map((_, i) => (i === 0 ? '---' : '--:'))));
for (const [i, server] of servers.entries()) {
  const { times, errors, bad, notRefused, left, sizes } = together(results[i]);
  const sorted = times.toSorted((a, b) => a - b);
  const late = [0.5, 0.99, 0.999].map((part) => sorted[Math.floor(part * sorted.length)].toFixed(1));
  const memory = sixths(sizes)
    .map(mean)
    .map((size) => size.toFixed(0))
    .join(', ');
  const perSecond = (times.length / seconds).toFixed(0);
  console.log(line([server.name, perSecond, ...late, errors, `${bad}, ${notRefused}`, left, memory]));
}
for (const server of servers) console.log(`${server.name} ended with ${await server.stop()}`);
