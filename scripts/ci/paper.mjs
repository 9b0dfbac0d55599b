// The quick forms of the published tables, whose rows must stand in the order that the papers found. One seed: the order is judged by paired differences
// over the test digits. Rows are trained for as few epochs as show their order by four of its standard errors and more; an order that takes long to
// show, MAF's above RealNVP's, has the whole form's.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../setup.mjs';

const program = path.join(root, 'apps/train/dist/main.js');
const runs = [
  { table: 'iaf-mnist', rows: 'diagonal,full-covariance,iaf', epochs: 15 },
  { table: 'iaf-mnist-conv', rows: 'diagonal,iaf-2-320', epochs: 4 },
  { table: 'maf-mnist', rows: 'gaussian,made,real-nvp-5,maf-5' },
  { table: 'maf-mnist', rows: 'maf-5,made-mog', epochs: 2 },
  { table: 'maf-order', rows: 'exact,made,made-wrong-order,maf-5-wrong-order' },
];

const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
try {
  for (const [i, { table, rows, epochs }] of runs.entries()) {
    const limit = epochs ? ['--epochs', String(epochs)] : [];
    const args = [program, 'paper', table, '--quick', '--seeds', '1', '--rows', rows, ...limit, '--out', String(i)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    console.log(`${table}\n${stdout}`);
    const verdicts = stdout.split('\n').filter((line) => / nats, (holds|does not hold)$/.test(line));
    const isRight = status === 0 && verdicts.length > 0 && verdicts.every((line) => line.endsWith(' nats, holds'));
    if (status !== 0) console.log(stderr);
    if (!isRight) process.exitCode = 1;
  }
} finally {
  rmSync(cwd, { recursive: true });
}
