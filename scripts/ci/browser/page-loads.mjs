// Opens each page of the playground as a first visitor does, in headless Chromium: what is downloaded, which goes into docs/sizes.md, and how long the
// page takes to paint and to show what a model computed. `--check` writes nothing, and fails if a size is off by more than a twentieth.
import { gzipSync } from 'node:zlib';
import { launchChromium } from './chromium.mjs';
import { tableOf } from '../../shared/marked-text.mjs';
import { run } from '../../setup.mjs';
import { servePlayground } from '../../site/serve.mjs';
import { kilobytes, putSizes } from '../../shared/size-text.mjs';

/** What is aimed at, in milliseconds, on a machine that does nothing else. */
const FIRST_PAINT = 1000;
const FIRST_FRAME = 2000;

const PAGES = { Density: 'index.html', Digits: 'digits.html', Inference: 'inference.html' };

/** Opens a page with an empty cache. */
async function visit(browser, url, job) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const loaded = job(page);
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('first-frame').length > 0);
  const figures = await loaded();
  await context.close();
  return figures;
}

const timesOf = (page) => () =>
  page.evaluate(() =>
    ['first-contentful-paint', 'first-frame'].map((name) => performance.getEntriesByName(name)[0].startTime),
  );

/** Counts gzipped bytes, which is how hosts of static files send them; what is asked for again comes from the browser's cache, a `blob:` from the page. */
function bytesOf(page) {
  const bodies = new Map();
  page.context().on('response', (response) => {
    if (!response.url().startsWith('blob:')) bodies.set(response.url(), response.body());
  });
  return async () => {
    await page.waitForLoadState('networkidle');
    const sizes = (await Promise.all(bodies.values())).map((body) => gzipSync(body).length);
    return sizes.reduce((sum, size) => sum + size, 0);
  };
}

if (run('turbo', ['run', 'site', '--output-logs=errors-only']) !== 0) process.exit(1);
const check = process.argv.includes('--check');
const server = await servePlayground(0);
const browser = await launchChromium();
const rows = [];
try {
  for (const [title, file] of Object.entries(PAGES)) {
    const url = server.url + file;
    const [paint, frame] = await visit(browser, url, timesOf);
    const bytes = await visit(browser, url, bytesOf);
    rows.push([`[${title}](../apps/playground/${file})`, kilobytes(bytes)]);
    console.log(
      `${title}: first paint after ${Math.round(paint)} ms, first frame after ${Math.round(frame)} ms, ${kilobytes(bytes)} downloaded`,
    );
    // Said, and no failure: how fast the machine is that this runs on is not the playground's doing.
    if (paint > FIRST_PAINT || frame > FIRST_FRAME)
      console.log(`${title}: slower than the ${FIRST_PAINT} and ${FIRST_FRAME} ms that are aimed at`);
  }
} finally {
  await browser.close();
  server.close();
}
if (
  putSizes(
    'docs/sizes.md',
    'size: written by scripts/ci/browser/page-loads.mjs',
    tableOf(['page', 'download'], rows, true),
    check,
  ) &&
  check
) {
  console.error('docs/sizes.md: run node scripts/ci/browser/page-loads.mjs');
  process.exitCode = 1;
}
