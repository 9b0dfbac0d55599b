// Builds the playground, serves it, and drives it in headless Chromium as a visitor would: what each page promises must hold, on a server that
// isolates pages and on one that does not.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright';
import { root, run } from '../setup.mjs';
import { servePlayground } from '../site-serve.mjs';
import { nodeOf } from './node-versions.mjs';

/** The entropy of the two moons, in nats. */
const ENTROPY = 1.0212;

const switches = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
let browser;
let failures = 0;

/** Runs a check on a page of its own; whatever the page reports as an error fails it. */
async function check(title, url, job, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  try {
    await page.goto(url);
    const said = await job(page);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    console.log(`ok: ${title}${said ? `: ${said}` : ''}`);
  } catch (error) {
    failures++;
    console.error(`FAILED: ${title}: ${error.message}`);
  } finally {
    await context.close();
  }
}

const textOf = (page, id) => page.locator(`#${id}`).textContent();

/** Waits until training is done; returns the held-out loss. */
async function trained(page, timeout = 120_000) {
  await page.waitForFunction(() => document.getElementById('status').textContent.includes('steps done'), undefined, {
    timeout,
  });
  return Number(/held-out loss ([\d.]+)/.exec(await textOf(page, 'status'))[1]);
}

/** The one line about what went wrong must come to match a pattern. */
async function oneLine(page, expected) {
  const line = page.locator('#problem:not([hidden])');
  await line.waitFor();
  await page.waitForFunction(
    ([pattern]) => new RegExp(pattern).test(document.getElementById('problem').textContent),
    [expected.source],
  );
  const text = await line.textContent();
  if (text.includes('\n')) throw new Error(`more than one line: ${text}`);
  return text;
}

async function accessible(page) {
  // Half-way from one colour to the next a button has a contrast that nobody reads by.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  const { violations } = await new AxeBuilder({ page }).analyze();
  if (violations.length > 0)
    throw new Error(JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])));
}

async function choose(page, id, value) {
  await page.selectOption(`#${id}`, value);
  await page.waitForFunction(() => !document.getElementById('status').textContent.includes('steps done'));
}

/** Drops a file on the page. */
async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'text/csv' }));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

function conditionalTable() {
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const hour = (i % 24) + 0.5;
    const angle = (2 * Math.PI * hour) / 24;
    const noise = [Math.sin(7919 * i), Math.cos(104729 * i)];
    return `day ${i},${(10 * Math.cos(angle) + noise[0]).toFixed(3)},${(10 * Math.sin(angle) + noise[1]).toFixed(3)},${hour}`;
  });
  return `station,"east, m/s",north,hour\n${rows.join('\n')}\n,,,\nbroken,n/a,1,2\n`;
}

/** The held-out loss that the page computed, to all digits. */
const lossOf = async (page) => Number(await page.getAttribute('#status', 'data-loss'));

async function codeInNode(page) {
  await trained(page);
  await page.click('#code');
  await page.waitForSelector('dialog[open]');
  const program = await page.inputValue('#dialog-text');
  const folder = path.join(root, '.cache/playground');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'flow.mjs'), program);
  // Node 20 has no fused multiply-add in WebAssembly, which browsers have: its last digits are others, and training enlarges them.
  const node = path.join(nodeOf('24'), 'node');
  const { stdout } = await promisify(execFile)(node, ['flow.mjs'], { cwd: folder, timeout: 300_000 });
  const inNode = Number(/held-out loss (\S+) nats/.exec(stdout)[1]);
  const inPage = await lossOf(page);
  if (!(Math.abs(inNode - inPage) < 1e-4)) throw new Error(`${inPage} in the page, ${inNode} in Node`);
  return `${inPage} in the page, ${inNode} in Node`;
}

async function linkOf(page) {
  await page.click('#share');
  await page.waitForSelector('dialog[open]');
  return page.inputValue('#dialog-text');
}

async function linkHoldsModel(page) {
  await choose(page, 'steps', '300');
  await trained(page);
  const link = await linkOf(page);
  const other = await page.context().newPage();
  await other.goto(link);
  await other.waitForFunction(() => document.getElementById('status').textContent.startsWith('A model by link'));
  const again = await linkOf(other);
  if (again !== link) throw new Error('the model of the link packs to another link');
  return `${link.length} letters`;
}

async function leaks(page) {
  const counts = [];
  for (const seed of ['1', '2', '3', '4']) {
    await page.fill('#seed', seed);
    await page.press('#seed', 'Enter');
    await page.waitForFunction(() => !document.getElementById('status').textContent.includes('steps done'));
    await trained(page);
    await page.evaluate(() => {
      const timeline = document.getElementById('timeline');
      timeline.value = 2;
      timeline.dispatchEvent(new Event('input'));
    });
    await page.waitForFunction(() => document.getElementById('timeline-step').textContent.startsWith('step'));
    counts.push(Number(/(\d+) tensors/.exec(await textOf(page, 'details'))[1]));
  }
  if (new Set(counts).size > 1) throw new Error(`tensors after each run: ${counts.join(', ')}`);
  return `${counts[0]} tensors after each of ${counts.length} runs`;
}

const kilobytes = (count) => `${Math.round(count / 1000)} kB`;

async function timesAndSizes(page) {
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  const { paint, frame } = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    frame: performance.getEntriesByName('first-frame')[0].startTime,
  }));
  const bytes = { sent: 0, gzipped: 0 };
  const other = await page.context().newPage();
  other.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0));
    bytes.sent += body.length;
    bytes.gzipped += gzipSync(body).length;
  });
  await other.goto(page.url());
  await trained(other);
  if (frame > 30_000) throw new Error(`the first trained frame took ${frame} ms`);
  return `first paint ${Math.round(paint)} ms, first trained frame ${Math.round(frame)} ms, download ${kilobytes(bytes.sent)}, gzipped ${kilobytes(bytes.gzipped)}`;
}

try {
  if (run('turbo', ['run', 'site', '--output-logs=errors-only']) !== 0) throw new Error('the site does not build');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: switches });
  for (const isIsolated of [true, false]) {
    const server = await servePlayground(0, isIsolated);
    await check(`two moons in 20 seconds, ${isIsolated ? '' : 'not '}isolated`, server.url, async (page) => {
      const start = Date.now();
      await page.waitForFunction(
        ([most]) => Number(/held-out loss ([\d.]+)/.exec(document.getElementById('status').textContent)?.[1]) < most,
        [ENTROPY + 0.1],
        { timeout: 20_000 },
      );
      return `within 0.1 nats of the entropy after ${((Date.now() - start) / 1000).toFixed(1)} s, ${((await trained(page)) - ENTROPY).toFixed(3)} above it at the end`;
    });
    server.close();
  }
  const { url, close } = await servePlayground(0);
  await check('times and sizes', url, timesAndSizes);
  await check('accessibility of density', url, async (page) => {
    await trained(page);
    await accessible(page);
    for (const choice of ['Draw your own', 'Your CSV']) {
      await page.getByRole('radio', { name: choice }).check();
      await accessible(page);
    }
    await page.click('#code');
    await page.waitForSelector('dialog[open]');
    await accessible(page);
  });
  await check('the posterior follows the observation', `${url}inference.html`, async (page) => {
    await trained(page);
    await accessible(page);
    const gaps = [];
    for (const distance of ['6', '14', '22']) {
      const before = await textOf(page, 'gap');
      await page.fill('#distance', distance);
      await page.waitForFunction(([text]) => document.getElementById('gap').textContent !== text, [before]);
      // The exact posterior changes at once, the flow's with the worker's answer.
      await page.waitForTimeout(2000);
      gaps.push(Number(/([\d.]+) nats/.exec(await textOf(page, 'gap'))[1]));
    }
    if (!gaps.every((gap) => gap < 0.2)) throw new Error(`KL divergences from the exact posterior: ${gaps.join(', ')}`);
    return `KL divergences from the exact posterior: ${gaps.join(', ')} nats`;
  });
  await check('a link holds the model to the bit', url, linkHoldsModel);
  await check('a link that is cut off', `${url}#model=UEsDBAo`, async (page) => oneLine(page, /^The link is damaged/));
  await check('a link of nonsense', `${url}#model=%%%`, async (page) => oneLine(page, /^The link is damaged/));
  await check('the code in Node has the same loss', url, async (page) => {
    await choose(page, 'steps', '300');
    return codeInNode(page);
  });
  await check('the code of a conditional density of a table', url, async (page) => {
    await choose(page, 'steps', '300');
    await drop(page, 'winds.csv', conditionalTable());
    await page.selectOption('#csv-context', { label: 'hour' });
    return codeInNode(page);
  });
  await check('a bad CSV file', url, async (page) => {
    await trained(page);
    for (const [text, expected] of [
      ['name,colour\nann,red\nbob,blue\n', /^bad\.csv: needs two columns of numbers that vary, and has none\.$/],
      ['', /^bad\.csv: has no rows of numbers\.$/],
      ['\u0000\u0001PNG', /^bad\.csv: is not a text file\.$/],
    ]) {
      await drop(page, 'bad.csv', text);
      await oneLine(page, expected);
    }
  });
  await check('long runs leak no tensor', url, leaks);
  close();
} catch (error) {
  failures++;
  console.error(error.message);
} finally {
  await browser?.close();
}
process.exitCode = failures > 0 ? 1 : 0;
