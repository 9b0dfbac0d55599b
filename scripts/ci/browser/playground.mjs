// Builds the playground, serves it, and drives it in headless Chromium as a visitor would: what each page promises must hold, on a server that
// isolates pages and on one that does not. Arguments choose the checks whose names contain one of them.
import { run } from '../../setup.mjs';
import { servePlayground } from '../../site/serve.mjs';
import { launchChromium } from './chromium.mjs';
import * as density from './playground/density.mjs';
import * as digits from './playground/digits.mjs';
import * as inference from './playground/inference.mjs';
import { waitsToBeAsked } from './playground/page.mjs';

const still = { reducedMotion: 'reduce' };

/** A name, a page, what is done there, and how the browser is set. */
const checks = [
  ['two moons in 20 seconds', '', density.twoMoonsInTime],
  ['density: accessibility', '', density.densityAccessible],
  ['density: by keyboard', '', density.densityByKeyboard],
  ['density: reduced motion', '', waitsToBeAsked, still],
  ['density: MAF or IAF', '', density.comparesDirections, still],
  ['density: a link holds the model to the bit, the code in Node has the same loss', '', density.linkAndCode],
  ['density: a link that is cut off', '#model=UEsDBAo', density.damagedLink],
  ['density: a link of nonsense', '#model=%%%', density.damagedLink],
  ['density: the code of a conditional density of a table', '', density.conditionalDensityOfTable],
  ['density: bad CSV files', '', density.badTables],
  ['density: long runs leak no tensor', '', density.manyRunsLeakNothing],
  ['inference: the posterior follows the observation', 'inference.html', inference.posteriorFollows],
  ['inference: reduced motion', 'inference.html', waitsToBeAsked, still],
  ['inference: learning again leaks no tensor', 'inference.html', inference.learningAgainLeaksNothing],
  ['digits: accessibility', 'digits.html', digits.digitsAccessible],
  ['digits: an IAF is nearer to the exact posterior', 'digits.html', digits.iafIsNearer],
  ['digits: by keyboard', 'digits.html', digits.digitsByKeyboard],
  ['digits: many strokes leak no tensor', 'digits.html', digits.strokesLeakNothing],
];

const wanted = process.argv.slice(2);
let failures = 0;

/** Runs a check on a page of its own; an error that the page reports fails it, and so does a request to anybody else. */
async function check(browser, base, [title, file, job, options]) {
  if (wanted.length > 0 && !wanted.some((word) => title.includes(word))) return;
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(base)) problems.push(`asks ${request.url()}`);
  });
  const start = performance.now();
  try {
    await page.goto(base + file);
    const said = await job(page);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    console.log(`ok: ${title}${said ? `: ${said}` : ''} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.error(`FAILED: ${title}: ${error.message}`);
  } finally {
    await context.close();
  }
}

if (run('turbo', ['run', 'site', '--output-logs=errors-only']) !== 0) process.exit(1);
const browser = await launchChromium();
const plain = await servePlayground(0, false);
const isolated = await servePlayground(0);
try {
  await check(browser, plain.url, ['two moons in 20 seconds without isolation', '', density.twoMoonsInTime]);
  for (const each of checks) await check(browser, isolated.url, each);
} finally {
  await browser.close();
  plain.close();
  isolated.close();
}
process.exitCode = failures > 0 ? 1 : 0;
