// Packs every package as it would be published, lints the tarballs, looks for licence and README in them, installs them with npm into an
// empty folder, and there trains a MADE, type-checks a program in strict mode and saves and loads a flow: what a user of the registry gets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../setup.mjs';
import { install, olderTypescript, pack, published, shell } from './project.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-packed-'));

try {
  for (const tarball of pack(folder)) {
    shell('publint', ['run', '--strict', path.join(folder, tarball)], root);
    shell('attw', [path.join(folder, tarball), '--profile', 'esm-only'], root);
    shell('tar', ['-tzf', path.join(folder, tarball), 'package/LICENSE', 'package/README.md'], root);
  }

  const made = install(folder, 'made', ['@pushforward/made', '@tensorflow/tfjs']);
  writeFileSync(path.join(made, 'main.js'), readFileSync(path.join(root, 'scripts/ci/packed/made.js')));
  shell('node', ['main.js'], made);

  const all = install(folder, 'all', [
    ...published,
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
    olderTypescript,
    '@types/node',
  ]);
  writeFileSync(path.join(all, 'main.ts'), readFileSync(path.join(root, 'scripts/ci/packed/flow.ts')));
  writeFileSync(
    path.join(all, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { strict: true, skipLibCheck: true, module: 'nodenext', target: 'es2022', types: ['node'] },
    }),
  );
  shell('npx', ['tsc'], all);
  shell('node', ['main.js'], all);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
