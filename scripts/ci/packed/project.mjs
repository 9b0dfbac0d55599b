// Packs every package as it would be published, and installs the tarballs with npm into folders of their own: what a user of the registry gets.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageNames } from '../../shared/doors.mjs';
import { environment, root } from '../../setup.mjs';

/** Runs a program with its output shown; throws unless it exits with 0. */
export function shell(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, env: environment, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** The whole set of packages under their published names. */
export const published = packageNames.map((name) => `@pushforward/${name}`);

/** An older compiler than the workspace is built with: users may have it, and what is packed has to suit it. */
export const olderTypescript = 'typescript@6.0.3';

/** Writes a tarball of every package into a folder, or copies those that a run of many checks has made for all of them; returns their names. */
export function pack(folder) {
  const made = process.env.PUSHFORWARD_TARBALLS;
  if (made) {
    cpSync(made, folder, { recursive: true });
    return tarballsIn(folder);
  }
  shell('npm', ['run', 'pack', '--', folder], root);
  return tarballsIn(folder);
}

export function tarballsIn(folder) {
  return readdirSync(folder).filter((file) => file.endsWith('.tgz'));
}

/**
 * Makes a project in a folder of tarballs and installs packages there: ours from the tarballs, others in the version that this workspace
 * pins or, written `name@version`, in that one.
 */
export function install(folder, name, packages) {
  const project = path.join(folder, name);
  mkdirSync(project);
  const pinned = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies;
  const overrides = Object.fromEntries(
    tarballsIn(folder).map((file) => [`@pushforward/${/pushforward-(.*)-\d/.exec(file)[1]}`, `file:../${file}`]),
  );
  const dependencies = Object.fromEntries(
    packages.map((dependency) => {
      const [, bare, version] = /^(.+?)(?:@([\d.]+))?$/.exec(dependency);
      return [bare, overrides[bare] ?? version ?? pinned[bare]];
    }),
  );
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies, overrides }),
  );
  shell('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], project);
  return project;
}
