// What a newcomer does: clones into an empty folder, with an empty npm cache, and types npm start. It must end with the comparison, a report
// and saved models. It trains for fewer steps than without the option: how good the models become is what the papers' tables check.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../setup.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-clone-'));

function shell(command, args, cwd) {
  const environment = {
    ...process.env,
    npm_config_cache: path.join(folder, 'npm-cache'),
    npm_config_store_dir: path.join(folder, 'pnpm-store'),
  };
  const { status } = spawnSync(command, args, { cwd, env: environment, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

try {
  const clone = path.join(folder, 'pushforward');
  shell('git', ['clone', '--quiet', root, clone], folder);
  shell('npm', ['start', '--', '--steps', '200'], clone);
  const runs = path.join(clone, 'runs');
  const [run] = readdirSync(runs);
  for (const file of ['report.html', 'samples.png']) {
    if (!existsSync(path.join(runs, run, file)) || statSync(path.join(runs, run, file)).size < 1000)
      throw new Error(`${file} is missing`);
  }
  const report = readFileSync(path.join(runs, run, 'report.html'), 'utf8');
  if (/\b(?:src|href)="https?:/.test(report)) throw new Error('report.html needs the network');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
