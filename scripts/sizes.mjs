// Writes what each package weighs, minified and gzipped, into docs/sizes.md and the packages' READMEs, with the versions that they support. `--check`
// writes nothing, and fails if a size is off by more than a twentieth, or anything else by anything.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { packageNames } from './shared/doors.mjs';
import { tableOf } from './shared/marked-text.mjs';
import { root, run } from './setup.mjs';
import { kilobytes, putSizes } from './shared/size-text.mjs';
import { nodeVersions } from './ci/node-versions.mjs';
import { olderTypescript } from './ci/packed/project.mjs';

const check = process.argv.includes('--check');
const BEGIN = 'size: written by scripts/sizes.mjs';

if (run('turbo', ['run', 'build', '--output-logs=errors-only']) !== 0) process.exit(1);

const manifestOf = (name) => JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));

/** The bytes of a package's main door: what is loaded at once, and what only when it is asked for. What it imports from other packages is theirs. */
async function weigh(name) {
  const entry = path.join(root, 'packages', name, manifestOf(name).exports['.'].default);
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    root: path.join(root, 'packages', name),
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      // Files that a package names by URL are loaded by themselves.
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        preserveEntrySignatures: 'strict',
        external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
      },
    },
  }).then((result) => [result].flat()[0]);
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const atOnce = new Set();
  const visit = (fileName) => {
    if (atOnce.has(fileName) || !chunks.has(fileName)) return;
    atOnce.add(fileName);
    for (const next of chunks.get(fileName).imports) visit(next);
  };
  for (const { fileName, isEntry } of chunks.values()) if (isEntry) visit(fileName);
  const bytes = (wanted) =>
    [...chunks.values()]
      .filter(({ fileName }) => atOnce.has(fileName) === wanted)
      .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
  return { atOnce: bytes(true), onDemand: bytes(false) };
}

const stale = [];
function write(page, mark, text) {
  if (putSizes(page, mark, text, check)) stale.push(page);
}

const sizes = [];
for (const name of packageNames) sizes.push({ name, ...(await weigh(name)) });

write(
  'docs/sizes.md',
  BEGIN,
  tableOf(
    ['package', 'loaded at once', 'on demand'],
    sizes.map(({ name, atOnce, onDemand }) => [
      `[\`@pushforward/${name}\`](../packages/${name}/README.md)`,
      kilobytes(atOnce),
      onDemand > 0 ? kilobytes(onDemand) : '–',
    ]),
    true,
  ),
);

const versionIn = (specifier) => specifier.split('@').at(-1);
const { engines, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { peerDependencies } = manifestOf('tensor');
write(
  'docs/sizes.md',
  'versions: written by scripts/sizes.mjs',
  tableOf(
    ['', 'supported', 'tested by CI'],
    [
      ['Node', engines.node.replace('>=', '≥ '), ['20', ...nodeVersions].join(', ')],
      ['TensorFlow.js', peerDependencies['@tensorflow/tfjs-core'], devDependencies['@tensorflow/tfjs-core']],
      [
        'TypeScript',
        'strict, by `nodenext` and `bundler`',
        `${versionIn(olderTypescript)}, ${versionIn(devDependencies['@typescript/native'])}`,
      ],
      ['browsers', 'with ES2022 and WebAssembly SIMD', 'Chromium'],
    ],
  ),
);

for (const { name, atOnce, onDemand } of sizes)
  write(
    `packages/${name}/README.md`,
    BEGIN,
    `Minified and gzipped it is ${kilobytes(atOnce)}${onDemand > 0 ? `, and ${kilobytes(onDemand)} that are loaded on demand` : ''}, without the packages that it imports ([all sizes](../../docs/sizes.md)).`,
  );

if (check) for (const page of new Set(stale)) console.error(`${page}: run node scripts/sizes.mjs`);
process.exit(check && stale.length > 0 ? 1 : 0);
