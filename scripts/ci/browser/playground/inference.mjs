// The checks of the Inference page.
import {
  accessibleEverywhere,
  begun,
  changed,
  reachedByTab,
  sameTensors,
  tensorsOf,
  textOf,
  trained,
} from './page.mjs';

/** How far the flow's posterior may be from the exact one, in nats. */
const FAR = 0.2;

export async function posteriorFollows(page) {
  await trained(page);
  await accessibleEverywhere(page);
  const said = await reachedByTab(page);
  const gaps = [];
  for (const distance of ['6', '14', '22']) {
    const before = await textOf(page, 'gap');
    await page.fill('#distance', distance);
    await changed(page, 'gap', before);
    gaps.push(Number(/([\d.]+) nats/.exec(await textOf(page, 'gap'))[1]));
  }
  if (!gaps.every((gap) => gap < FAR)) throw new Error(`KL divergences from the exact posterior: ${gaps.join(', ')}`);
  const before = await textOf(page, 'gap');
  await page.focus('#distance');
  await page.keyboard.press('ArrowLeft');
  await changed(page, 'gap', before);
  return `KL divergences from the exact posterior: ${gaps.join(', ')} nats; ${said}`;
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
