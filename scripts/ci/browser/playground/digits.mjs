// The checks of the Digits page.
import { accessibleEverywhere, reachedByTab, sameTensors, shownOn, tensorsOf, textOf } from './page.mjs';

/** Waits until the posteriors are those of what is on the board; returns the KL divergences of the Gaussian and of the IAF. */
async function posteriors(page) {
  await page.waitForSelector('#status[data-settled=true]', { timeout: 60_000 });
  return page.evaluate(() =>
    [...document.querySelectorAll('#results tbody tr')].map((row) => Number(row.cells[1].textContent)),
  );
}

/** Draws a stroke between points of a canvas, as shares of its width and height. */
async function strokeOn(page, id, points) {
  const { x, y, width, height } = await page.locator(`#${id}`).boundingBox();
  const [first, ...rest] = points.map(([across, down]) => [x + across * width, y + down * height]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 8 });
  await page.mouse.up();
}

export async function iafIsNearer(page) {
  await posteriors(page);
  const sums = [0, 0];
  let count = 0;
  for (const digit of await page.locator('#examples button').all()) {
    await digit.click();
    const divergences = await posteriors(page);
    if (!divergences.every((value) => value > 0)) throw new Error(`KL divergences of ${divergences.join(' and ')}`);
    for (const [i, value] of divergences.entries()) sums[i] += value;
    count++;
  }
  const [gaussian, iaf] = sums.map((sum) => sum / count);
  if (!(count === 10 && iaf < gaussian)) throw new Error(`on ${count} digits: Gaussian ${gaussian}, IAF ${iaf}`);
  return `KL divergences from the exact posterior, mean over ${count} digits: Gaussian ${gaussian.toFixed(3)}, IAF ${iaf.toFixed(3)} nats; ${await textOf(page, 'details')}`;
}

export async function digitsByKeyboard(page) {
  await posteriors(page);
  const said = await reachedByTab(page);
  await page.click('#board-clear');
  await page.waitForFunction(() => document.getElementById('status').textContent.startsWith('The board is empty'));
  await page.focus('#board');
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowUp');
  for (let i = 0; i < 18; i++) await page.keyboard.press('Shift+ArrowDown');
  const divergences = await posteriors(page);
  if (!divergences.every((value) => value > 0)) throw new Error(`KL divergences of ${divergences.join(' and ')}`);
  const before = await shownOn(page, 'walked');
  await page.focus('#plane');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowDown');
  const place = await textOf(page, 'place');
  if (place !== 'z = (1.50, −0.10)') throw new Error(`the cross is at ${place}`);
  await page.waitForFunction((before) => document.getElementById('walked').toDataURL() !== before, before);
  await page.focus('#to-drawing');
  await page.keyboard.press('Enter');
  if ((await textOf(page, 'place')) === place) throw new Error('the cross did not go to the drawing');
  const samples = await shownOn(page, 'samples');
  await page.focus('#sample');
  await page.keyboard.press('Enter');
  await page.waitForFunction((before) => document.getElementById('samples').toDataURL() !== before, samples);
  const plane = await shownOn(page, 'plane');
  await page.focus('#model input:checked');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction((before) => document.getElementById('plane').toDataURL() !== before, plane);
  return said;
}

export async function strokesLeakNothing(page) {
  await posteriors(page);
  const counts = [];
  for (let round = 0; round < 4; round++) {
    await page.click('#board-clear');
    for (let i = 0; i < 5; i++) {
      await strokeOn(page, 'board', [
        [0.3, 0.2 + 0.1 * i],
        [0.7, 0.3 + 0.1 * i],
        [0.4, 0.8],
      ]);
      await strokeOn(page, 'plane', [
        [0.1 * i, 0.2],
        [0.8, 0.1 * i],
      ]);
    }
    await posteriors(page);
    counts.push(await tensorsOf(page));
  }
  return sameTensors(counts, 'round of strokes');
}

export async function digitsAccessible(page) {
  await posteriors(page);
  await accessibleEverywhere(page);
}
