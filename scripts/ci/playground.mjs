// Builds the playground, serves it, and drives it in headless Chromium as a visitor would: what each page promises must hold, on a server that
// isolates pages and on one that does not.
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright';
import { run } from '../setup.mjs';
import { serveSite } from '../site-serve.mjs';

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

try {
  if (run('turbo', ['run', 'site', '--output-logs=errors-only']) !== 0) throw new Error('the site does not build');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: switches });
  for (const isIsolated of [true, false]) {
    const server = await serveSite(0, isIsolated);
    await check(`two moons in 20 seconds, ${isIsolated ? '' : 'not '}isolated`, server.url, async (page) => {
      const gap = (await trained(page, 20_000)) - ENTROPY;
      if (!(gap < 0.1)) throw new Error(`${gap} nats above the entropy`);
      return `${gap.toFixed(3)} nats above the entropy`;
    });
    server.close();
  }
  const { url, close } = await serveSite(0);
  await check('accessibility', url, async (page) => {
    await trained(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    if (violations.length > 0)
      throw new Error(JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])));
  });
  close();
} catch (error) {
  failures++;
  console.error(error.message);
} finally {
  await browser?.close();
}
process.exitCode = failures > 0 ? 1 : 0;
