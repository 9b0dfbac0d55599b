// Writes a tarball of every package to a folder, for `npm i`. The folder is the one argument.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { packageNames } from './shared/doors.mjs';
import { root, run, setup } from './setup.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run pack -- FOLDER');
  process.exit(2);
}
setup();
mkdirSync(folder, { recursive: true });
for (const name of packageNames) {
  const status = run('pnpm', ['pack', '--pack-destination', path.resolve(folder)], {
    cwd: path.join(root, 'packages', name),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`pnpm pack ended with ${status} in packages/${name}`);
}
console.log(`Install them: npm i ${path.join(folder, '*.tgz')} @tensorflow/tfjs @tensorflow/tfjs-backend-wasm`);
