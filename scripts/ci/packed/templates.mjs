// Copies every project of templates/ into an empty folder, installs it from the packed packages, builds and runs it as its README says: all
// must come to the log-likelihood that Node comes to. Arguments name the projects to run, besides that for Node.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { blocksOf } from '../../shared/examples.mjs';
import { serveFolder } from '../../shared/serve-folder.mjs';
import { root } from '../../setup.mjs';
import { launchChromium } from '../browser/chromium.mjs';
import { pack } from './project.mjs';
import { serveRegistry } from './registry.mjs';
import { runtimeOf } from '../runtimes.mjs';

const DENO = '2.9.6';
const BUN = '1.4.5';

/** How far a log-likelihood may be from Node's, in nats: engines round differently, and training enlarges that. */
const TOLERANCE = 0.02;

/** Where script-tag has its modules from. */
const CDN = 'https://cdn.jsdelivr.net/npm/';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'pushforward-templates-')));
const templates = path.join(root, 'templates');
const run = promisify(execFile);

/** A user's: without the programs of this workspace, and with nothing kept from one run to the next by Deno and Bun. */
const environment = {
  ...process.env,
  PATH: process.env.PATH.split(path.delimiter)
    .filter((directory) => !directory.startsWith(root))
    .join(path.delimiter),
  NEXT_TELEMETRY_DISABLED: '1',
  DENO_DIR: path.join(folder, 'deno-cache'),
  DENO_NO_UPDATE_CHECK: '1',
  BUN_INSTALL_CACHE_DIR: path.join(folder, 'bun-cache'),
};

/** Runs a command line in a project; returns what it printed. */
async function shell(project, line, bin) {
  const [program, ...args] = line.split(' ');
  const PATH = bin ? `${bin}${path.delimiter}${environment.PATH}` : environment.PATH;
  try {
    const { stdout } = await run(program, args, { cwd: project, env: { ...environment, PATH }, timeout: 300_000 });
    return stdout;
  } catch (error) {
    throw new Error(`${path.basename(project)}: ${line}: ${error.message}\n${error.stdout}${error.stderr}`, {
      cause: error,
    });
  }
}

const npmInstall = 'npm install --prefer-offline --no-audit --no-fund --loglevel=error';

/** Runs in the page. */
const hasResult = () => !document.querySelector('output').textContent.includes('…');

/** The text of the page's result, once it is there. */
async function resultOf(page, url) {
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('response', (response) => {
    // Chromium asks every server for an icon.
    if (!response.ok() && !response.url().endsWith('/favicon.ico'))
      problems.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(url);
  await page.waitForFunction(hasResult, undefined, { timeout: 120_000 }).catch(() => problems.push('no result came'));
  if (problems.length > 0) throw new Error(`${url}: ${problems.join('\n')}`);
  return page.locator('output').textContent();
}

/** A page that `npm run build` makes, in a folder of the project. */
const builtPage = (built) => async (project, browser) => {
  await shell(project, npmInstall);
  await shell(project, 'npm run build');
  const server = await serveFolder(path.join(project, built));
  try {
    return await resultOf(await browser.newPage(), server.url);
  } finally {
    server.close();
  }
};

/** The application, with the component of the guide as a second page of it. */
async function next(project, browser) {
  mkdirSync(path.join(project, 'app/guide'));
  writeFileSync(path.join(project, 'app/guide/page.tsx'), blocksOf('docs/browsers-and-bundlers.md', 'tsx')[0]);
  const result = await builtPage('out')(project, browser);
  const server = await serveFolder(path.join(project, 'out'));
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}guide.html`);
    await page.getByText('wasm', { exact: true }).waitFor();
  } finally {
    server.close();
  }
  return result;
}

/** A page without a build, whose modules the network would bring: here the files of the same versions of the same packages. */
async function scriptTag(project, browser) {
  const html = readFileSync(path.join(project, 'index.html'), 'utf8');
  const addresses = [...html.matchAll(new RegExp(`"${CDN}((?:@[^/]+/)?[^/@]+)@([^/]+)/`, 'g'))];
  const versions = Object.fromEntries(addresses.map(([, name, version]) => [name, version]));
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  await shell(project, npmInstall);
  const page = await browser.newPage();
  const requested = new Set();
  await page.route(`${CDN}**`, async (route) => {
    const address = route.request().url().slice(CDN.length);
    requested.add(address);
    const [, name, version, file] = /^((?:@[^/]+\/)?[^/@]+)@([^/]+)\/(.*)$/.exec(address) ?? [];
    const installed = path.join(project, 'node_modules', name ?? '', file ?? '');
    if (versions[name] !== version || !existsSync(installed)) return route.fulfill({ status: 404 });
    return route.fulfill({ path: installed, headers: { 'Access-Control-Allow-Origin': '*' } });
  });
  const server = await serveFolder(project);
  try {
    const result = await resultOf(page, server.url);
    console.log(`script-tag: ${requested.size} files from the network`);
    return result;
  } finally {
    server.close();
  }
}

/** How each project is run; returns what it printed or shows. */
const ways = {
  async node(project) {
    await shell(project, npmInstall);
    return shell(project, 'npm start');
  },
  async deno(project) {
    const bin = runtimeOf('deno', DENO);
    await shell(project, 'deno task check', bin);
    return shell(project, 'deno task start', bin);
  },
  async bun(project) {
    const bin = runtimeOf('bun', BUN);
    await shell(project, 'bun install', bin);
    await shell(project, 'bun run check', bin);
    return shell(project, 'bun start', bin);
  },
  vite: builtPage('dist'),
  webpack: builtPage('.'),
  next,
  'script-tag': scriptTag,
};

/** Copies a template, with the registry for our packages beside it, and runs it; returns its log-likelihood. */
async function logLikelihoodOf(name, registry, browser) {
  const start = performance.now();
  const project = path.join(folder, name);
  cpSync(path.join(templates, name), project, { recursive: true });
  writeFileSync(path.join(project, '.npmrc'), `@pushforward:registry=${registry}\n`);
  const output = await ways[name](project, browser);
  const [, number] = /log-likelihood: (-?[\d.]+) nats/.exec(output) ?? [];
  if (number === undefined) throw new Error(`${name}: no log-likelihood in '${output}'`);
  console.log(`${name}: ${number} nats (${Math.round((performance.now() - start) / 1000)} s)`);
  return Number(number);
}

let browser;
let registry;
try {
  const all = readdirSync(templates, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const wanted = process.argv.slice(2);
  const names = wanted.length === 0 ? all : all.filter((name) => name === 'node' || wanted.includes(name));
  const unknown = names.filter((name) => !Object.hasOwn(ways, name));
  if (unknown.length > 0) throw new Error(`no way is known to run templates/${unknown.join(', templates/')}`);
  const tarballs = path.join(folder, path.basename(folder));
  mkdirSync(tarballs);
  pack(tarballs);
  registry = await serveRegistry(tarballs);
  browser = await launchChromium();
  const results = await Promise.allSettled(names.map((name) => logLikelihoodOf(name, registry.url, browser)));
  const node = results[names.indexOf('node')].value;
  for (const [i, { value, reason }] of results.entries()) {
    const isClose = Math.abs(value - node) < TOLERANCE;
    if (isClose) continue;
    console.error(reason ? reason.message : `${names[i]}: ${value} nats, in Node ${node}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser?.close();
  registry?.close();
  rmSync(folder, { recursive: true, force: true });
}
