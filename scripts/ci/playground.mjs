// Builds the playground, serves it, and drives it in headless Chromium as a visitor would: what each page promises must hold, on a server that
// isolates pages and on one that does not.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { root, run } from '../setup.mjs';
import { servePlayground } from '../site-serve.mjs';
import { launchChromium } from './chromium.mjs';
import { nodeOf } from './node-versions.mjs';

/** The entropy of the two moons, in nats. */
const ENTROPY = 1.0212;

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

/** The text that a button shows, after which the dialog is closed again. */
async function shownBy(page, button) {
  await page.click(button);
  await page.waitForSelector('dialog[open]');
  const text = await page.inputValue('#dialog-text');
  await page.click('#dialog-close');
  return text;
}

async function codeInNode(page) {
  await trained(page);
  const program = await shownBy(page, '#code');
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

/** Opens the link of a page's model in another page. */
async function openLink(page) {
  const link = await shownBy(page, '#share');
  const other = await page.context().newPage();
  await other.goto(link);
  await other.waitForFunction(() => document.getElementById('status').textContent.startsWith('A model by link'));
  return { link, other };
}

async function linkHoldsModel(page) {
  await choose(page, 'steps', '300');
  await trained(page);
  const { link, other } = await openLink(page);
  if ((await shownBy(other, '#share')) !== link) throw new Error('the model of the link packs to another link');
  // The comments above say what computed the run.
  const programOf = async (each) => (await shownBy(each, '#code')).replaceAll(/^\/\/.*\n/gm, '');
  if ((await programOf(other)) !== (await programOf(page))) throw new Error('the link shows another program');
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

/** Waits until the posteriors are those of what is on the board; returns the KL divergences of the Gaussian and of the IAF. */
async function posteriors(page) {
  await page.waitForSelector('#status[data-settled=true]', { timeout: 60_000 });
  return page.evaluate(() =>
    [...document.querySelectorAll('#results tbody tr')].map((row) => Number(row.cells[1].textContent)),
  );
}

/** Draws a stroke between points of a canvas, as shares of its width and height. */
async function strokeOn(page, id, points) {
  const { x, y, width, height } = await page.locator(`#${id}`).boundingBox();
  const [first, ...rest] = points.map(([across, down]) => [x + across * width, y + down * height]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 8 });
  await page.mouse.up();
}

/** What a canvas shows, as text that differs when it does. */
const shownOn = (page, id) => page.evaluate((id) => document.getElementById(id).toDataURL(), id);

async function digitsFromExamples(page) {
  await posteriors(page);
  const sums = [0, 0];
  let count = 0;
  for (const digit of await page.locator('#examples button').all()) {
    await digit.click();
    const divergences = await posteriors(page);
    if (!divergences.every((value) => value > 0)) throw new Error(`KL divergences of ${divergences.join(' and ')}`);
    for (const [i, value] of divergences.entries()) sums[i] += value;
    count++;
  }
  const [gaussian, iaf] = sums.map((sum) => sum / count);
  if (!(count === 10 && iaf < gaussian)) throw new Error(`on ${count} digits: Gaussian ${gaussian}, IAF ${iaf}`);
  return `KL divergences from the exact posterior, mean over ${count} digits: Gaussian ${gaussian.toFixed(3)}, IAF ${iaf.toFixed(3)} nats; ${await textOf(page, 'details')}`;
}

async function digitsByKeyboard(page) {
  await posteriors(page);
  await page.click('#board-clear');
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('The board is empty'));
  await page.focus('#board');
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 18; i++) await page.keyboard.press('Shift+ArrowDown');
  const divergences = await posteriors(page);
  if (!divergences.every((value) => value > 0)) throw new Error(`KL divergences of ${divergences.join(' and ')}`);
  const before = await shownOn(page, 'walked');
  await page.focus('#plane');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowDown');
  const place = await textOf(page, 'place');
  if (place !== 'z = (1.50, −0.10)') throw new Error(`the cross is at ${place}`);
  await page.waitForFunction((before) => document.getElementById('walked').toDataURL() !== before, before);
  await page.focus('#to-drawing');
  await page.keyboard.press('Enter');
  if ((await textOf(page, 'place')) === place) throw new Error('the cross did not go to the drawing');
  const samples = await shownOn(page, 'samples');
  await page.focus('#sample');
  await page.keyboard.press('Enter');
  await page.waitForFunction((before) => document.getElementById('samples').toDataURL() !== before, samples);
  const plane = await shownOn(page, 'plane');
  await page.focus('#model input:checked');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => document.getElementById('plane').toDataURL() !== before, plane);
}

async function digitsLeak(page) {
  await posteriors(page);
  const counts = [];
  for (let round = 0; round < 4; round++) {
    await page.click('#board-clear');
    for (let i = 0; i < 5; i++) {
      await strokeOn(page, 'board', [
        [0.3, 0.2 + 0.1 * i],
        [0.7, 0.3 + 0.1 * i],
        [0.4, 0.8],
      ]);
      await strokeOn(page, 'plane', [
        [0.1 * i, 0.2],
        [0.8, 0.1 * i],
      ]);
    }
    await posteriors(page);
    counts.push(Number(/(\d+) tensors/.exec(await textOf(page, 'details'))[1]));
  }
  if (new Set(counts).size > 1) throw new Error(`tensors after each round: ${counts.join(', ')}`);
  return `${counts[0]} tensors after each of ${counts.length} rounds of strokes`;
}

const kilobytes = (count) => `${Math.round(count / 1000)} kB`;

async function timesAndSizes(page, done) {
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
  await done(other);
  if (frame > 30_000) throw new Error(`the first trained frame took ${frame} ms`);
  return `first paint ${Math.round(paint)} ms, first trained frame ${Math.round(frame)} ms, download ${kilobytes(bytes.sent)}, gzipped ${kilobytes(bytes.gzipped)}`;
}

try {
  if (run('turbo', ['run', 'site', '--output-logs=errors-only']) !== 0) throw new Error('the site does not build');
  browser = await launchChromium();
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
  await check('times and sizes', url, (page) => timesAndSizes(page, trained));
  await check('times and sizes of digits', `${url}digits.html`, (page) => timesAndSizes(page, posteriors));
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
  await check('an IAF is nearer to the exact posterior', `${url}digits.html`, digitsFromExamples);
  await check('digits by keyboard', `${url}digits.html`, digitsByKeyboard);
  await check('many strokes leak no tensor', `${url}digits.html`, digitsLeak);
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1280]) {
      const options = { colorScheme, viewport: { width, height: 900 } };
      await check(
        `accessibility of digits, ${colorScheme}, ${width} pixels wide`,
        `${url}digits.html`,
        async (page) => {
          await posteriors(page);
          await accessible(page);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (overflow > 0) throw new Error(`the page is ${overflow} pixels too wide`);
        },
        options,
      );
    }
  }
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
    const said = await codeInNode(page);
    const { other } = await openLink(page);
    await other.click('#code');
    await oneLine(other, /the rows that it was trained on did not/);
    return said;
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
