// The checks of the Density page.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../setup.mjs';
import { accessible } from '../accessible.mjs';
import { nodeOf } from '../../node-versions.mjs';
import {
  accessibleEverywhere,
  begun,
  drop,
  oneLine,
  reachedByTab,
  sameTensors,
  shownBy,
  shownOn,
  tensorsOf,
  textOf,
  trained,
} from './page.mjs';

/** The entropy of the two moons, in nats. */
const ENTROPY = 1.0212;

export async function twoMoonsInTime(page) {
  const start = Date.now();
  await page.waitForFunction(
    ([most]) => Number(/held-out loss ([\d.]+)/.exec(document.getElementById('status').textContent)?.[1]) < most,
    [ENTROPY + 0.1],
    { timeout: 20_000 },
  );
  return `within 0.1 nats of the entropy after ${((Date.now() - start) / 1000).toFixed(1)} s, ${((await trained(page)) - ENTROPY).toFixed(3)} above it at the end`;
}

export async function densityAccessible(page) {
  await trained(page);
  await accessibleEverywhere(page);
  for (const choice of ['Draw your own', 'Your CSV']) {
    await page.getByRole('radio', { name: choice }).check();
    await accessible(page);
  }
  await page.click('#code');
  await page.waitForSelector('dialog[open]');
  await accessible(page);
}

async function choose(page, id, value) {
  await page.selectOption(`#${id}`, value);
  await begun(page);
}

/** From the choice of the steps to a model of a drawing, without a pointer. */
export async function densityByKeyboard(page) {
  await page.focus('#steps');
  await page.keyboard.press('ArrowUp');
  await begun(page);
  await trained(page);
  const said = await reachedByTab(page);
  await page.focus('#timeline');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => document.getElementById('timeline-step').textContent.startsWith('step'));
  await page.focus('#code');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  if (!(await page.evaluate(() => document.querySelector('dialog').contains(document.activeElement))))
    throw new Error('the dialog does not take the focus');
  const hidden = await page.evaluate(() => document.getElementById('dialog-text').scrollTop);
  if (hidden > 0) throw new Error(`the dialog hides the first ${hidden} pixels of the program`);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'hidden' });
  const focused = await page.evaluate(() => document.activeElement.id);
  if (focused !== 'code') throw new Error(`the dialog leaves the focus on '${focused}'`);
  await page.focus('#data input:checked');
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowLeft');
  await page.focus('#board');
  for (let i = 0; i < 10; i++) for (const key of ['Space', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
  if ((await textOf(page, 'board-count')) !== '100 points') throw new Error(await textOf(page, 'board-count'));
  const board = await shownOn(page, 'board');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction((before) => document.getElementById('board').toDataURL() !== before, board);
  await page.focus('#board-train');
  await page.keyboard.press('Enter');
  await begun(page);
  await trained(page);
  return said;
}

/** Runs the program that the page shows in Node; its held-out loss must be the page's. */
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
  const inPage = Number(await page.getAttribute('#status', 'data-loss'));
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

/** The program that a page shows; the comments above say what computed the run. */
const programOf = async (page) => (await shownBy(page, '#code')).replaceAll(/^\/\/.*\n/gm, '');

export async function linkAndCode(page) {
  await choose(page, 'steps', '300');
  await trained(page);
  const { link, other } = await openLink(page);
  if ((await shownBy(other, '#share')) !== link) throw new Error('the model of the link packs to another link');
  if ((await programOf(other)) !== (await programOf(page))) throw new Error('the link shows another program');
  return `${link.length} letters; ${await codeInNode(page)}`;
}

export const damagedLink = (page) => oneLine(page, /^The link is damaged/);

function conditionalTable() {
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const hour = (i % 24) + 0.5;
    const angle = (2 * Math.PI * hour) / 24;
    const noise = [Math.sin(7919 * i), Math.cos(104729 * i)];
    return `day ${i},${(10 * Math.cos(angle) + noise[0]).toFixed(3)},${(10 * Math.sin(angle) + noise[1]).toFixed(3)},${hour}`;
  });
  return `station,"east, m/s",north,hour\n${rows.join('\n')}\n,,,\nbroken,n/a,1,2\n`;
}

export async function conditionalDensityOfTable(page) {
  await choose(page, 'steps', '300');
  await drop(page, 'winds.csv', conditionalTable());
  await page.selectOption('#csv-context', { label: 'hour' });
  const said = await codeInNode(page);
  const { other } = await openLink(page);
  await other.click('#code');
  await oneLine(other, /the rows that it was trained on did not/);
  return said;
}

export async function badTables(page) {
  await choose(page, 'steps', '300');
  const loss = await trained(page);
  for (const [text, expected] of [
    ['name,colour\nann,red\nbob,blue\n', /^bad\.csv: needs two columns of numbers that vary, and has none\.$/],
    ['', /^bad\.csv: has no rows of numbers\.$/],
    ['\u0000\u0001PNG', /^bad\.csv: is not a text file\.$/],
  ]) {
    await drop(page, 'bad.csv', text);
    await oneLine(page, expected);
  }
  if ((await trained(page)) !== loss) throw new Error('the model that was there is gone');
}

export async function manyRunsLeakNothing(page) {
  const counts = [];
  for (const seed of ['1', '2', '3', '4']) {
    await page.fill('#seed', seed);
    await page.press('#seed', 'Enter');
    await begun(page);
    await trained(page);
    await page.evaluate(() => {
      const timeline = document.getElementById('timeline');
      timeline.value = 2;
      timeline.dispatchEvent(new Event('input'));
    });
    await page.waitForFunction(() => document.getElementById('timeline-step').textContent.startsWith('step'));
    counts.push(await tensorsOf(page));
  }
  return sameTensors(counts, 'run');
}

/** The measured times of both flows, in both directions, and how much the D passes of the textbook cost. */
export async function comparesDirections(page) {
  await page.focus('#compare');
  await page.keyboard.press('Enter');
  const said = page.locator('#comparison p');
  await said.waitFor({ timeout: 60_000 });
  const times = await page.locator('#comparison td.number').allTextContents();
  if (!(times.length >= 4 && times.every((time) => Number.parseFloat(time) > 0))) throw new Error(times.join(', '));
  return said.textContent();
}
