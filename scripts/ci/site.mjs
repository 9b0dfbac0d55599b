// Opens pages of the built site in headless Chromium: the programs on them run where they stand, and no page is wider than the window. With
// `--pictures FOLDER` it also takes a picture of every guide at both widths, light and dark.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { serveSite, site } from '../site-serve.mjs';
import { launchChromium } from './chromium.mjs';

const widths = [390, 1280];
const wanted = process.argv.indexOf('--pictures');
const pictures = wanted < 0 ? undefined : path.resolve(process.argv[wanted + 1]);
if (pictures) mkdirSync(pictures, { recursive: true });
// Nothing is wider for being dark.
const themes = pictures ? ['light', 'dark'] : ['light'];

const browser = await launchChromium();
const { url, close } = await serveSite(0);
let failures = 0;

async function check(title, job) {
  try {
    console.log(`ok: ${title}: ${await job()}`);
  } catch (error) {
    failures++;
    console.error(`FAILED: ${title}: ${error.message}`);
  }
}

/** Presses the last button of a page that runs a program; what it prints must be what stands beside it. */
async function runsInPlace(file) {
  const page = await browser.newPage();
  await page.goto(url + file);
  await page.locator('.run button').last().click();
  const output = page.locator('.run output').last();
  await page.waitForFunction(
    () => [...document.querySelectorAll('.run output')].at(-1).dataset.end !== undefined,
    undefined,
    {
      timeout: 180_000,
    },
  );
  const said = await output.textContent();
  const end = await output.getAttribute('data-end');
  await page.close();
  if (end !== 'done' || /\bfalse\b/.test(said) || !/\btrue\b/.test(said)) throw new Error(said);
  return `${said.split('\n').length} lines`;
}

async function looks(file, width, theme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(url + file, { waitUntil: 'networkidle' });
  if (pictures) {
    const name = file.replaceAll(/\W+/g, '-').replace(/-html$/, '');
    await page.screenshot({ path: path.join(pictures, `${name}-${width}-${theme}.png`), fullPage: true });
  }
  const extent = await page.evaluate(() => document.documentElement.scrollWidth);
  await context.close();
  if (extent > width) throw new Error(`it is ${extent} pixels wide`);
  return 'fits';
}

const guides = readdirSync(path.join(site, 'documents')).filter((file) => file.endsWith('.html'));
const pages = ['index.html', ...guides.map((file) => `documents/${file}`), 'modules/_pushforward_bijectors.html'];
for (const file of pages)
  for (const width of widths)
    for (const theme of themes) await check(`${file} at ${width}, ${theme}`, () => looks(file, width, theme));
for (const file of ['documents/Getting_started.html', 'documents/The_IAF_paper_in_code.html'])
  await check(`${file}: its program`, () => runsInPlace(file));

await browser.close();
close();
process.exit(failures === 0 ? 0 : 1);
