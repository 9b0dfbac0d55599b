// Compiles every program of the READMEs with tsc, esbuild, swc and Vite against the packed packages and runs it in Node, as it stands there: what
// a reader who copies it gets. Compilers leave out an import of which types alone are used, so no program may depend on one. What compilers make
// alike, but for layout and the names of variables, runs once.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findExamples } from '../../shared/examples.mjs';
import { install, olderTypescript, pack, published, shell } from './project.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pushforward-readmes-'));
const run = promisify(execFile);

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
    olderTypescript,
    '@types/node',
    'vite',
    'esbuild@0.28.2',
    '@swc/core@1.16.22',
  ]);
  mkdirSync(path.join(project, 'programs'));
  const programs = findExamples().filter(({ title }) => title.includes('README.md'));
  for (const { fileName, code } of programs) writeFileSync(path.join(project, 'programs', fileName), code);
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
  const files = programs.map(({ fileName }) => `programs/${fileName}`);
  shell('npx', ['tsc'], project);
  shell('npx', ['esbuild', ...files, '--format=esm', '--log-level=warning', '--outdir=out/esbuild'], project);
  shell('node', ['swc.js'], project);
  shell('npx', ['vite', 'build'], project);

  const compilers = readdirSync(path.join(project, 'out'));
  const { transform } = await import(path.join(project, 'node_modules/esbuild/lib/main.js'));
  for (const { title, fileName } of programs) {
    /** The compilers that made the same of a program, with a file of it. */
    const versions = new Map();
    for (const compiler of compilers) {
      const file = path.join('out', compiler, fileName.replace(/ts$/, 'js'));
      const { code } = await transform(readFileSync(path.join(project, file), 'utf8'), { minify: true, format: 'esm' });
      const version = versions.get(code) ?? { file, compilers: [] };
      version.compilers.push(compiler);
      versions.set(code, version);
    }
    for (const version of versions.values()) {
      await run(process.execPath, [version.file], { cwd: project, timeout: 120_000 });
      console.log(`ok: ${title} by ${version.compilers.join(', ')}`);
    }
  }
} catch (error) {
  console.error(error.message, error.stderr ?? '');
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
