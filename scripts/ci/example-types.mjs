// Type-checks every program of the READMEs, the guides and the doc comments against the built packages, as a user's project does: strict, with
// each of the two ways in which TypeScript finds modules, and without the options that this workspace has beyond that. test/examples/examples.test.ts and test/slow/tutorial.test.ts run
// them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findExamples } from '../shared/examples.mjs';
import { root, run } from '../setup.mjs';

if (run('turbo', ['run', 'build', '--output-logs=errors-only']) !== 0) process.exit(1);

const folder = path.join(root, '.cache', 'example-types');
rmSync(folder, { recursive: true, force: true });
mkdirSync(path.join(folder, 'programs'), { recursive: true });

const examples = findExamples();
// Compilers leave out an import of which nothing is used, and with it the backends that TensorFlow.js's registers.
for (const { title, code } of examples)
  if (/import \* as tf /.test(code) && !/\btf\.(?![A-Z])/.test(code)) {
    console.error(`${title}: uses no value of tf: import '@tensorflow/tfjs' without a name`);
    process.exitCode = 1;
  }
for (const { fileName, code } of examples) writeFileSync(path.join(folder, 'programs', fileName), code);

const ways = {
  nodenext: { module: 'nodenext', lib: ['es2022', 'dom'], types: ['node'] },
  bundler: { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: ['node'] },
};
for (const [way, options] of Object.entries(ways)) {
  const compilerOptions = { strict: true, skipLibCheck: true, target: 'es2022', noEmit: true, ...options };
  writeFileSync(path.join(folder, `tsconfig.${way}.json`), JSON.stringify({ compilerOptions, include: ['programs'] }));
  if (run('tsc', ['-p', path.join(folder, `tsconfig.${way}.json`)]) !== 0) process.exitCode = 1;
}
console.log(`${examples.length} programs`);
