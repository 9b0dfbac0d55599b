// Compiles every program of the READMEs with tsc, esbuild, swc and Vite against the packed packages and runs it in Node, as it stands there: what
// a reader who copies it gets. Compilers leave out an import of which types alone are used, so no program may depend on one.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup.mjs';
import { packageNames } from '../doors.mjs';
import { install, pack, published, shell } from './packed-project.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-readmes-'));
const run = promisify(execFile);

/** The `ts` blocks of a README, each under a name for a file. */
function programsOf(readme) {
  const text = readFileSync(path.join(root, readme), 'utf8');
  const name = readme.replaceAll(/\W+/g, '-');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], i) => [`${name}-${i + 1}`, code]);
}

const swcScript = `
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { transformFileSync } from '@swc/core';

mkdirSync('out/swc', { recursive: true });
for (const file of readdirSync('programs')) {
  const { code } = transformFileSync('programs/' + file, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } });
  writeFileSync('out/swc/' + file.replace(/ts$/, 'js'), code);
}
`;

const viteConfig = `
import { readdirSync } from 'node:fs';

const input = readdirSync('programs').map((file) => 'programs/' + file);
export default { logLevel: 'warn', build: { ssr: true, outDir: 'out/vite', target: 'node20', rolldownOptions: { input } } };
`;

try {
  pack(folder);
  const tensorflow = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
  const project = install(folder, 'programs', [
    ...published,
    ...tensorflow,
    'typescript',
    '@types/node',
    'vite',
    'esbuild@0.28.2',
    '@swc/core@1.16.22',
  ]);
  mkdirSync(path.join(project, 'programs'));
  const programs = ['README.md', ...packageNames.map((name) => `packages/${name}/README.md`)].flatMap(programsOf);
  // Every file is a module, those too whose imports all go.
  for (const [name, code] of programs)
    writeFileSync(path.join(project, 'programs', `${name}.ts`), `export {};\n${code}`);
  const compilerOptions = {
    strict: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    rootDir: 'programs',
    outDir: 'out/tsc',
  };
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['programs'] }));
  writeFileSync(path.join(project, 'swc.js'), swcScript);
  writeFileSync(path.join(project, 'vite.config.js'), viteConfig);
  const files = programs.map(([name]) => `programs/${name}.ts`);
  shell('npx', ['tsc'], project);
  shell('npx', ['esbuild', ...files, '--format=esm', '--log-level=warning', '--outdir=out/esbuild'], project);
  shell('node', ['swc.js'], project);
  shell('npx', ['vite', 'build'], project);

  for (const compiler of readdirSync(path.join(project, 'out'))) {
    for (const [name] of programs) {
      await run(process.execPath, [path.join('out', compiler, `${name}.js`)], { cwd: project, timeout: 120_000 });
      console.log(`ok: ${name} by ${compiler}`);
    }
  }
} catch (error) {
  console.error(error.message, error.stderr ?? '');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
