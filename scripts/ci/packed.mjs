// Packs every package as it would be published, lints the tarballs, installs them with npm into an empty folder, and there trains a
// MADE, type-checks a program in strict mode and saves and loads a flow: what a user of the registry gets.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environment, root } from '../setup.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-packed-'));

function shell(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, env: environment, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

function install(name, packages) {
  const project = path.join(folder, name);
  spawnSync('mkdir', ['-p', project]);
  const pinned = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies;
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  const overrides = Object.fromEntries(tarballs.map((file) => [`@pushforward/${/pushforward-(.*)-\d/.exec(file)[1]}`, `file:../${file}`]));
  const dependencies = Object.fromEntries(packages.map((dependency) => [dependency, overrides[dependency] ?? pinned[dependency]]));
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies, overrides }));
  shell('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], project);
  return project;
}

try {
  for (const name of readdirSync(path.join(root, 'packages'))) {
    const source = path.join(root, 'packages', name);
    shell('pnpm', ['pack', '--pack-destination', folder], source);
  }
  for (const tarball of readdirSync(folder)) {
    shell('publint', ['run', '--strict', path.join(folder, tarball)], root);
    shell('attw', [path.join(folder, tarball), '--profile', 'esm-only'], root);
  }

  const made = install('made', ['@pushforward/made', '@tensorflow/tfjs']);
  writeFileSync(path.join(made, 'main.js'), readFileSync(path.join(root, 'scripts/ci/packed-made.js')));
  shell('node', ['main.js'], made);

  const all = install('all', [
    ...readdirSync(path.join(root, 'packages')).map((name) => `@pushforward/${name}`),
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
    'typescript',
    '@types/node',
  ]);
  writeFileSync(path.join(all, 'main.ts'), readFileSync(path.join(root, 'scripts/ci/packed-flow.ts')));
  writeFileSync(
    path.join(all, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { strict: true, skipLibCheck: true, module: 'nodenext', target: 'es2022', types: ['node'] } }),
  );
  shell('npx', ['tsc'], all);
  shell('node', ['main.js'], all);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
