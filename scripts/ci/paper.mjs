// The quick forms of the published tables, whose rows must stand in the order that the papers found. One seed: the order is judged by paired differences
// over the test digits.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../setup.mjs';

const program = path.join(root, 'apps/train/dist/main.js');
const tables = {
  'iaf-mnist': 'diagonal,full-covariance,iaf',
  'iaf-mnist-conv': 'diagonal,iaf-2-320',
  'maf-mnist': 'gaussian,made,made-mog,real-nvp-5,maf-5',
  'maf-order': 'exact,made,made-wrong-order,maf-5-wrong-order',
};

const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
try {
  for (const [table, rows] of Object.entries(tables)) {
    const args = [program, 'paper', table, '--quick', '--seeds', '1', '--rows', rows, '--out', table];
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
