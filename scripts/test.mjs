import { run, setup } from './setup.mjs';

setup();
const steps = [
  ['tsc', ['--noEmit']],
  ['oxfmt', ['--check']],
  ['oxlint', ['--deny-warnings']],
  ['node', ['scripts/architecture.mjs', '--check']],
  ['vitest', ['run', '--project', 'cpu', '--project', 'wasm', '--project', 'node', ...process.argv.slice(2)]],
];
for (const [program, args] of steps) {
  const status = run(program, args);
  if (status !== 0) process.exit(status);
}
