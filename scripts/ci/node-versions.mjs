// Fetches other versions of Node, whose binaries are npm packages, into .cache/node-<version>; prints where the one that is asked for is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

/** The folder of a version's `node`, fetched if it is not there; undefined where there is no binary for this machine. */
export function nodeOf(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = path.join(root, '.cache', `node-${version}`);
  const bin = path.join(directory, 'node_modules', name, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(directory, { recursive: true });
    // A project of its own: npm would take the workspace for one.
    writeFileSync(
      path.join(directory, 'package.json'),
      JSON.stringify({ private: true, dependencies: { [name]: version } }),
    );
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: directory,
      stdio: 'inherit',
    });
    if (status !== 0) return undefined;
  }
  return bin;
}
