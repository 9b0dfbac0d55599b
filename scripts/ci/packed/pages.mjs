// Trains a flow in pages that bundlers made out of the packed packages, in headless Chromium: no bundler is told where WebAssembly's files are,
// and no Content-Security-Policy may make a page wait for ever.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blocksOf } from '../../shared/examples.mjs';
import { isolated, serveFolder } from '../../shared/serve-folder.mjs';
import { launchChromium } from '../browser/chromium.mjs';
import { install, pack, published, shell } from './project.mjs';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'pushforward-pages-')));

/** What the page's title ends as: the backend and the steps it trained, or the error. */
const program = `
import * as tf from '@tensorflow/tfjs-core';
import { nsf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { useBackend } from '@pushforward/tensor';
import { fit } from '@pushforward/training';

try {
  const backend = await useBackend(new URLSearchParams(location.search).get('backend') ?? undefined);
  const flow = new Transformed(new StandardNormal(2), nsf({ dim: 2, hidden: [8], transforms: 1, seed: 1 }));
  const { step } = await fit((x) => tf.neg(tf.mean(flow.logProb(x))), tf.ones([64, 2]), { module: flow, epochs: 2, seed: 0 });
  const a = tf.ones([400, 400]);
  document.title = \`\${backend}, \${step} steps, \${(await tf.matMul(a, a).data())[0]}\`;
} catch (error) {
  document.title = error.message;
}
`;

const html = '<!doctype html><title></title><script type="module" src="/main.js"></script>';

const policy = (text) => ({ 'Content-Security-Policy': `default-src 'self'; ${text}` });
const trained = (backend) => new RegExp(`^${backend}, 2 steps, 400$`);

/** Opens a page; its title must come to match one pattern, and its warnings, if one is given, another. */
async function expectPage(browser, title, url, expected, warning) {
  const page = await browser.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(`uncaught: ${error.message}`));
  await page.goto(url);
  await page
    .waitForFunction(() => document.title !== '', undefined, { timeout: 60_000 })
    .catch(() => said.push('the title never came'));
  const got = await page.title();
  await page.close();
  const ours = said.filter((text) => /^useBackend|^uncaught|never came/.test(text));
  if (!expected.test(got))
    throw new Error(`${title}: the page says '${got}' instead of ${expected}; ${said.join('\n')}`);
  if (warning ? !ours.some((text) => warning.test(text)) : ours.length > 0)
    throw new Error(`${title}: warnings ${JSON.stringify(ours)}, expected ${warning}`);
  console.log(`ok: ${title}: ${got}`);
}

const isNumber = (text) => /^(?:NaN|-?\d[\d.]*(?:e-?\d+)?)$/.test(text);

/** The page and the worker that the guide shows: the losses of its epochs must come, one after another. */
async function trainsInWorker(browser, directory) {
  const server = await serveFolder(directory);
  const page = await browser.newPage();
  const losses = [];
  try {
    const last = page.waitForEvent('console', {
      // A page says other things there too, such as that it has no icon.
      predicate: (message) => isNumber(message.text()) && losses.push(Number(message.text())) === EPOCHS,
      timeout: 60_000,
    });
    await page.goto(server.url);
    await last;
  } finally {
    await page.close();
    server.close();
  }
  if (!losses.every(Number.isFinite)) throw new Error(`the guide's worker: ${losses.join(', ')}`);
  console.log(`ok: the guide's worker, ${path.basename(directory)}: ${losses.length} losses`);
}

/** As many as the guide's worker trains. */
const EPOCHS = 20;

let browser;
try {
  pack(folder);
  const tensorflow = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
  const project = install(folder, 'pages', [
    ...published,
    ...tensorflow,
    'vite',
    'esbuild@0.28.2',
    'webpack@5.113.0',
    'webpack-cli@6.0.1',
  ]);
  writeFileSync(path.join(project, 'index.html'), html);
  writeFileSync(path.join(project, 'main.js'), program);
  const slim = path.join(project, 'slim');
  mkdirSync(slim);
  writeFileSync(path.join(slim, 'index.html'), html);
  writeFileSync(
    path.join(slim, 'main.js'),
    `import '@tensorflow/tfjs-core/dist/register_all_gradients.js';\n${program}`,
  );
  const inWorker = path.join(project, 'in-worker');
  mkdirSync(inWorker);
  writeFileSync(path.join(inWorker, 'index.html'), html);
  for (const code of blocksOf('docs/browsers-and-bundlers.md', 'js')) {
    const [, name] = /^\/\/ (\w+\.js)\n/.exec(code) ?? [];
    if (name) writeFileSync(path.join(inWorker, name), code);
  }
  const built = (name) => path.join(project, 'built', name);
  shell('npx', ['vite', 'build', inWorker, '--outDir', built('worker-vite'), '--logLevel', 'error'], project);
  shell('npx', ['vite', 'build', '--outDir', built('vite'), '--logLevel', 'warn'], project);
  shell('npx', ['vite', 'build', slim, '--outDir', built('slim'), '--logLevel', 'error'], project);
  const webpack = ['webpack', '--mode', 'development', '--devtool', 'false', '--stats', 'errors-only'];
  shell('npx', [...webpack, '--entry', './main.js', '--output-path', built('webpack')], project);
  shell('npx', [...webpack, '--entry', './in-worker/main.js', '--output-path', built('worker-webpack')], project);
  shell(
    'npx',
    [
      'esbuild',
      'main.js',
      '--bundle',
      '--splitting',
      '--format=esm',
      '--log-level=error',
      `--outdir=${built('esbuild')}`,
    ],
    project,
  );
  for (const name of ['webpack', 'worker-webpack', 'esbuild'])
    writeFileSync(path.join(built(name), 'index.html'), html);

  browser = await launchChromium();
  const servedAs = async (title, directory, headers, query, expected, warning) => {
    const server = await serveFolder(directory, () => headers);
    try {
      await expectPage(browser, title, `${server.url}?backend=${query}`, expected, warning);
    } finally {
      server.close();
    }
  };

  await servedAs('vite build', built('vite'), {}, 'wasm', trained('wasm'));
  await servedAs('vite build, several threads', built('vite'), isolated, 'wasm', trained('wasm'));
  const rest = readdirSync(path.join(built('slim'), 'assets')).filter((file) => file.endsWith('.js'));
  const [largest] = rest.toSorted(
    (a, b) =>
      statSync(path.join(built('slim'), 'assets', b)).size - statSync(path.join(built('slim'), 'assets', a)).size,
  );
  rmSync(path.join(built('slim'), 'assets', largest));
  await servedAs('vite build without the rest of @tensorflow/tfjs', built('slim'), {}, 'wasm', trained('wasm'));
  await servedAs('webpack', built('webpack'), {}, 'wasm', trained('wasm'));
  await servedAs(
    'esbuild, files not copied',
    built('esbuild'),
    {},
    'wasm',
    /^useBackend: backend 'wasm' does not find its file .* wasmPaths/,
  );
  await servedAs(
    'esbuild, files not copied, auto',
    built('esbuild'),
    {},
    'auto',
    trained('(webgl|cpu)'),
    /backend 'wasm' does not find/,
  );
  const binaries = path.join(project, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  for (const file of readdirSync(binaries).filter((name) => name.endsWith('.wasm')))
    cpSync(path.join(binaries, file), path.join(built('esbuild'), file));
  await servedAs('esbuild, files beside the page', built('esbuild'), {}, 'wasm', trained('wasm'));

  for (const name of ['worker-vite', 'worker-webpack']) await trainsInWorker(browser, built(name));

  const strict = { ...isolated, ...policy("script-src 'self' 'wasm-unsafe-eval'") };
  await servedAs(
    'a policy that forbids blobs',
    built('vite'),
    strict,
    'wasm',
    trained('wasm'),
    /one thread does all the work/,
  );
  const noWorkers = { ...isolated, ...policy("script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' blob:") };
  await servedAs(
    'a policy that forbids workers',
    built('vite'),
    noWorkers,
    'wasm',
    trained('wasm'),
    /a thread did not start/,
  );
  const noWasm = { ...isolated, ...policy("script-src 'self'; connect-src 'self' blob:") };
  await servedAs(
    'a policy that forbids WebAssembly',
    built('vite'),
    noWasm,
    'wasm',
    /Content-Security-Policy; allow it by `script-src/,
  );
  await servedAs(
    'a policy that forbids WebAssembly, auto',
    built('vite'),
    noWasm,
    'auto',
    trained('(webgl|cpu)'),
    /'wasm' is forbidden/,
  );

  const { createServer: createVite } = await import(path.join(project, 'node_modules/vite/dist/node/index.js'));
  mkdirSync(path.join(project, '.vite'));
  const development = await createVite({
    root: project,
    cacheDir: path.join(project, '.vite'),
    logLevel: 'silent',
    server: { host: '127.0.0.1' },
  });
  await development.listen();
  try {
    await expectPage(
      browser,
      'vite development server',
      `${development.resolvedUrls.local[0]}?backend=wasm`,
      trained('wasm'),
    );
  } finally {
    await development.close();
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
}
