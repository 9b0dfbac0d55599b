// One side's process: prepares a benchmark when told to, and times as many runs of it as it is asked for.
import { benchmarks } from './benchmarks.js';
import { type Side, start } from './side.js';

/** What the parent asks for: set a benchmark up, or time so many runs of the last one. */
export type Request = { prepare: string } | { runs: number };

const side = process.argv[2] as Side;
await start(side);
let run = (): void => {};

process.on('message', (request: Request) => {
  if ('prepare' in request) {
    run = benchmarks.find(({ name }) => name === request.prepare)!.prepare(side);
    run();
  }
  const runs = 'runs' in request ? request.runs : 1;
  const started = performance.now();
  for (let i = 0; i < runs; i++) run();
  process.send!((performance.now() - started) / runs);
});
process.send!(0);
