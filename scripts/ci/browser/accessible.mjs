import { AxeBuilder } from '@axe-core/playwright';

/** Throws what axe-core finds on a page: the rules that it breaks, each with the elements. */
export async function accessible(page, { only, except = [] } = {}) {
  // Half-way from one colour to the next a button has a contrast that nobody reads by.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  const axe = new AxeBuilder({ page }).disableRules(except);
  const { violations } = await (only ? axe.withRules(only) : axe).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  if (found.length > 0) throw new Error(found.join('\n'));
}
