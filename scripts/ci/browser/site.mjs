// Opens pages of the built site in headless Chromium: no page is wider than the window or has two titles, lines of code fit on a desk, tables of names on a
// phone, axe-core finds nothing on one page of each kind, be it on a phone or a desk, light or dark, the search leads to what is looked for, and the programs
// on the pages run where they stand. With `--pictures FOLDER` it takes pictures instead, of every guide, of a page of each kind and of the playground, at both widths,
// light and dark. Other arguments choose the checks whose names contain one of them.
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { serveSite, site } from '../../site/serve.mjs';
import { accessible } from './accessible.mjs';
import { launchChromium } from './chromium.mjs';

const WIDTHS = [390, 1280];

/** Of a line of code, as it is formatted; the guides have no longer ones. */
const COLUMNS = 120;
const wanted = process.argv.slice(2);

const pagesIn = (folder) =>
  readdirSync(path.join(site, folder))
    .filter((file) => file.endsWith('.html'))
    .map((file) => `${folder}/${file}`);

const sizeOf = (file) => statSync(path.join(site, file)).size;

const guides = pagesIn('documents');

const byKind = readdirSync(site, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['assets', 'media', 'playground', 'runner'].includes(entry.name))
  .map(({ name }) => pagesIn(name));

/** The longest page of each kind, which has most of what such pages can have. */
const longest = byKind.map((pages) => pages.reduce((best, file) => (sizeOf(file) > sizeOf(best) ? file : best)));

const all = new Set(['index.html', ...guides, ...longest]);

const browser = await launchChromium();
const { url, close } = await serveSite(0);
const page = await (await browser.newContext()).newPage();
let failures = 0;

async function check(title, job) {
  if (wanted.length > 0 && !wanted.some((word) => title.includes(word))) return;
  try {
    console.log(`ok: ${title}: ${await job()}`);
  } catch (error) {
    failures++;
    console.error(`FAILED: ${title}: ${error.message}`);
  }
}

/** Opens a page, whose menu a script makes. */
async function open(file) {
  await page.goto(url + file);
  await page.locator('#tsd-nav-container a').first().waitFor({ state: 'attached' });
}

async function fits(file) {
  await open(file);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const extent = await page.evaluate(() => document.documentElement.scrollWidth);
    if (extent > width) throw new Error(`it is ${extent} pixels wide in a window of ${width}`);
  }
  const cut = await page.evaluate(
    (columns) =>
      [...document.querySelectorAll('pre > code.ts')].filter((code) => {
        const block = code.parentElement;
        const longest = Math.max(...code.innerText.split('\n').map((line) => line.length));
        return block.scrollWidth > block.clientWidth && longest <= columns;
      }).length,
    guides.includes(file) ? Infinity : COLUMNS,
  );
  if (cut > 0) throw new Error(`${cut} programs have to be scrolled in a window of ${WIDTHS.at(-1)}`);
  return 'fits';
}

/** How many tables have a first column that leaves no room on a phone for what they say of the names in it. */
const crowdedTables = (tables) =>
  tables.filter((table) => {
    const [cell] = table.querySelectorAll('td');
    return table.scrollWidth > table.clientWidth && cell.offsetWidth > 0.6 * table.clientWidth;
  }).length;

/**
 * Looks at every page as a phone shows it: it fits and has one title, and the names in a package's tables lead to the reference. One page takes the
 * contents of the others in turn, with the style sheets that they all have: opening hundreds of pages would take minutes. Without scripts, which make no
 * more than the menu.
 */
async function allFit() {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: WIDTHS[0], height: 900 } });
  const phone = await context.newPage();
  await phone.goto(`${url}index.html`);
  const faults = [];
  const files = byKind.flat();
  for (const file of files) {
    const { extent, titles } = await phone.evaluate(async (address) => {
      const text = await (await fetch(address)).text();
      const { body } = new DOMParser().parseFromString(text, 'text/html');
      // Their places are told from the folder of the page.
      for (const image of body.querySelectorAll('img')) image.src = new URL(image.getAttribute('src'), address).href;
      document.body.replaceWith(document.adoptNode(body));
      await Promise.allSettled([...document.images].map((image) => image.decode()));
      return {
        extent: document.documentElement.scrollWidth,
        titles: [...document.querySelectorAll('h1')].map((title) => title.textContent),
      };
    }, url + file);
    if (extent > WIDTHS[0]) faults.push(`${file} is ${extent} pixels wide in a window of ${WIDTHS[0]}`);
    if (titles.length !== 1) faults.push(`${file} has the titles ${titles.join(' and ')}`);
    const crowded = await phone.locator('.tsd-typography table').evaluateAll(crowdedTables);
    if (crowded > 0) faults.push(`${file} has ${crowded} tables of little but their first column`);
    const [tables, links] = await Promise.all(
      ['', ' td:first-child > a > code'].map((names) =>
        phone.locator(`#everything-it-exports ~ table${names}`).count(),
      ),
    );
    if (tables > 0 && links === 0) faults.push(`${file} has names without links`);
  }
  await context.close();
  if (faults.length > 0) throw new Error(faults.join(', '));
  return `${files.length} pages`;
}

/** The menu has links in summaries, which browsers let everybody reach; axe-core takes a summary for a button, in which nothing is reached. */
const except = ['nested-interactive'];

/** Contrast, which takes most of the time, does not depend on the width of the window but for the menu, which every page has. */
async function pleasesAxe(file) {
  await open(file);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const hasContrast = width === WIDTHS.at(-1) || file === 'index.html';
    await accessible(page, { except: hasContrast ? except : [...except, 'color-contrast'] });
    if (!hasContrast) continue;
    await page.emulateMedia({ colorScheme: 'dark' });
    await accessible(page, { only: ['color-contrast'] });
    await page.emulateMedia({ colorScheme: 'light' });
  }
  return 'nothing found';
}

/** Looks for a word by keyboard; the first result must be the page of that name. */
async function finds(word) {
  await open('index.html');
  await page.keyboard.press('/');
  await page.keyboard.type(word);
  await page.locator('#tsd-search-results a').first().waitFor();
  await accessible(page, { except });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL((to) => to.pathname !== '/index.html');
  if (!page.url().includes(`.${word}.html`)) throw new Error(`it leads to ${page.url()}`);
  return page.url().slice(url.length);
}

/** Types words into the search; the page of a name must be among what it finds. */
async function suggests(words, name) {
  await open('index.html');
  await page.keyboard.press('/');
  await page.keyboard.type(words);
  await page.locator(`#tsd-search-results a[href*="${name}.html"]`).waitFor({ timeout: 5000 });
  return name;
}

/** Of a colour in hexadecimal digits: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance. */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colours of programs have a contrast of 4.5 with their ground, light and dark. */
function codeIsLegible() {
  const css = readFileSync(path.join(site, 'assets/highlight.css'), 'utf8');
  const colours = [...css.matchAll(/--(light|dark)-(hl-\d+|code-background): (#[\dA-Fa-f]{6})/g)];
  const grounds = Object.fromEntries(
    colours.flatMap(([, scheme, name, colour]) => (name === 'code-background' ? [[scheme, luminance(colour)]] : [])),
  );
  const pale = colours.filter(([, scheme, name, colour]) => {
    const pair = [luminance(colour), grounds[scheme]];
    return name !== 'code-background' && (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
  });
  if (pale.length > 0) throw new Error(pale.map(([found]) => found).join(', '));
  return `${colours.length} colours`;
}

/** Presses the last button of a page that runs a program; what it prints must be what stands beside it. */
async function runsInPlace(file) {
  await open(file);
  await page.locator('.run button').last().click();
  const output = page.locator('.run output[data-end]').last();
  await output.waitFor({ timeout: 180_000 });
  const said = await output.textContent();
  const end = await output.getAttribute('data-end');
  if (end !== 'done' || /\bfalse\b/.test(said) || !/\btrue\b/.test(said)) throw new Error(said);
  await accessible(page, { except });
  return `${said.split('\n').length} lines`;
}

async function takePictures(folder) {
  mkdirSync(folder, { recursive: true });
  const playground = ['index', 'digits', 'inference'].map((name) => `playground/${name}.html`);
  for (const file of [...all, ...playground]) {
    await page.goto(url + file, { waitUntil: 'networkidle' });
    // The playground's pages begin with a model.
    if (playground.includes(file))
      await page.locator('#status:is([data-loss], [data-settled=true])').waitFor({ timeout: 120_000 });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        const name = file.replaceAll(/\W+/g, '-').replace(/-html$/, '');
        await page.screenshot({ path: path.join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
  }
}

async function checkAll() {
  for (const file of all) await check(`${file}: width`, () => fits(file));
  await check('every page: width on a phone, one title', allFit);
  // Graphs, formulas, and wide tables and pictures are on few pages.
  const richest = [
    'Getting_started',
    'Architecture',
    'The_IAF_paper_in_code',
    'VAEs_with_flow_posteriors',
    'Your_own_data',
  ];
  const kinds = new Set(['index.html', ...richest.map((name) => `documents/${name}.html`), ...longest]);
  for (const file of kinds) await check(`${file}: axe-core`, () => pleasesAxe(file));
  await check('the search', () => finds('iaf'));
  for (const [words, name] of [
    ['spline', '.nsf'],
    ['own bijector', 'Writing_your_own_parts'],
    ['nll', 'Your_own_data'],
  ])
    await check(`the search for ${words}`, () => suggests(words, name));
  await check('the colours of code', codeIsLegible);
  for (const file of ['documents/Getting_started.html', 'documents/The_IAF_paper_in_code.html'])
    await check(`${file}: its program`, () => runsInPlace(file));
}

const pictures = process.argv.indexOf('--pictures');
if (pictures < 0) await checkAll();
else await takePictures(path.resolve(process.argv[pictures + 1]));
await browser.close();
close();
process.exit(failures === 0 ? 0 : 1);
