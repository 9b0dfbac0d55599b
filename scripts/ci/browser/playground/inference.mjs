// The checks of the Inference page.
import { accessibleEverywhere, begun, reachedByTab, sameTensors, tensorsOf, trained } from './page.mjs';

/** How far the flow's posterior may be from the exact one, in nats. */
const FAR = 0.2;

/** The KL divergence that the page shows, to all its digits: two observations may have the same three. */
const gapOf = (page) => page.locator('#gap').getAttribute('data-nats');
const gapChanged = (page, before) =>
  page.waitForFunction((nats) => document.getElementById('gap').dataset.nats !== nats, before);

export async function posteriorFollows(page) {
  await trained(page);
  await accessibleEverywhere(page);
  const said = await reachedByTab(page);
  const gaps = [];
  for (const distance of ['6', '14', '22']) {
    const before = await gapOf(page);
    await page.fill('#distance', distance);
    await gapChanged(page, before);
    gaps.push(Number(await gapOf(page)));
  }
  if (!gaps.every((gap) => gap < FAR)) throw new Error(`KL divergences from the exact posterior: ${gaps.join(', ')}`);
  const before = await gapOf(page);
  await page.focus('#distance');
  await page.keyboard.press('ArrowLeft');
  await gapChanged(page, before);
  return `KL divergences from the exact posterior: ${gaps.map((gap) => gap.toFixed(3)).join(', ')} nats; ${said}`;
}

export async function learningAgainLeaksNothing(page) {
  const counts = [];
  for (let run = 0; run < 2; run++) {
    if (run > 0) {
      await page.click('#train');
      await begun(page);
    }
    await trained(page);
    counts.push(await tensorsOf(page));
  }
  return sameTensors(counts, 'run');
}
