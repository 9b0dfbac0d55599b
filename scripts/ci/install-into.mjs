// Installs npm packages that no user should have to fetch, into a folder of their own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Returns the exit status of npm. */
export function installInto(directory, dependencies, { runScripts = false } = {}) {
  mkdirSync(directory, { recursive: true });
  // A project of its own: npm would take the workspace for one.
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--no-audit', '--no-fund', ...(runScripts ? [] : ['--ignore-scripts'])];
  const { status, error } = spawnSync('npm', args, { cwd: directory, stdio: 'inherit' });
  if (error) console.error(error.message);
  return status ?? 1;
}
