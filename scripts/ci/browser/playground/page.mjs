// What the checks of the playground's pages share: how a visitor's actions are done, and how to tell that the page has answered.

import { accessible } from '../accessible.mjs';

export const textOf = (page, id) => page.locator(`#${id}`).textContent();

/** Waits until training is done; returns the held-out loss. */
export async function trained(page, timeout = 120_000) {
  await page.waitForFunction(() => document.getElementById('status').textContent.includes('steps done'), undefined, {
    timeout,
  });
  return Number(/held-out loss (-?[\d.]+)/.exec(await textOf(page, 'status'))[1]);
}

/** Waits until a new run has begun. */
export const begun = (page) =>
  page.waitForFunction(() => !document.getElementById('status').textContent.includes('steps done'));

/** The one line about what went wrong must come to match a pattern. */
export async function oneLine(page, expected) {
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

/** Drops a file on the page. */
export async function drop(page, name, text) {
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

/** The text that a button shows, after which the dialog is closed again. */
export async function shownBy(page, button) {
  await page.click(button);
  await page.waitForSelector('dialog[open]');
  const text = await page.inputValue('#dialog-text');
  await page.click('#dialog-close');
  return text;
}

/** What a canvas shows, as text that differs when it does. */
export const shownOn = (page, id) => page.evaluate((id) => document.getElementById(id).toDataURL(), id);

/** Every count of tensors must be the same. */
export function sameTensors(counts, what) {
  if (new Set(counts).size > 1) throw new Error(`tensors after each ${what}: ${counts.join(', ')}`);
  return `${counts[0]} tensors after each ${what}, ${counts.length} times`;
}

/** How many tensors the page says that there are. */
export const tensorsOf = async (page) => Number(/(\d+) tensors/.exec(await textOf(page, 'details'))[1]);

/** The Tab key must reach every control that can be seen. */
export async function reachedByTab(page) {
  const count = await page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll('a[href], button:enabled, input:enabled, select:enabled, [tabindex="0"]'),
    ].filter((control) => control.checkVisibility() && (control.type !== 'radio' || control.checked));
    for (const control of controls) control.dataset.control = '';
    document.activeElement.blur();
    return controls.length;
  });
  for (let i = 0; i < count + 5; i++) {
    await page.keyboard.press('Tab');
    await page.evaluate(() => delete document.activeElement.dataset.control);
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll('[data-control]')].map(({ outerHTML }) => outerHTML),
  );
  if (missed.length > 0) throw new Error(`the Tab key does not reach ${missed.join(' ')}`);
  return `the Tab key reaches ${count} controls`;
}

/** Under reduced motion nothing moves before the reader asks for it. */
export async function waitsToBeAsked(page) {
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('Ready'));
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => /[1-9]/.test(getComputedStyle(element).transitionDuration))
      .map(({ outerHTML }) => outerHTML),
  );
  if (moving.length > 0) throw new Error(`elements change by degrees: ${moving.join(' ')}`);
  await page.click('#train');
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('Step'));
}

/** axe-core must find nothing, and the page must fit, at both widths and in both colour schemes. */
export async function accessibleEverywhere(page) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await accessible(page, colorScheme === 'dark' ? { only: ['color-contrast'] } : {});
    }
    const extent = await page.evaluate(() => document.documentElement.scrollWidth);
    if (extent > width) throw new Error(`the page is ${extent} pixels wide in a window of ${width}`);
  }
}
