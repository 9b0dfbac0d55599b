import type { Posteriors } from '../autoencoder/autoencoders.js';
import { type PosteriorName, posteriorNames, type Scores, SIDE } from '../autoencoder/models.js';
import type { Posterior } from '../autoencoder/posterior.js';
import { begin } from '../draw/canvas.js';
import { drawContourLines } from '../draw/contour-lines.js';
import { drawHeatMap } from '../draw/heat-map.js';
import { drawImages } from '../draw/images.js';
import { cellArea, cellsOf } from '../draw/view-box.js';
import { byId, element } from '../page/elements.js';
import type { Latent } from './plane.js';

const titles: Record<PosteriorName, string> = { gaussian: 'Gaussian', iaf: 'IAF' };

export function drawDigit(id: string, image: ArrayLike<number>): void {
  drawImages(byId<HTMLCanvasElement>(id), image, { side: SIDE, columns: 1, isSmooth: false });
}

/** Draws what approximates a posterior and the exact one, both with the lines of the exact one; without a posterior, nothing. */
export function drawPosterior(name: PosteriorName, posterior: Posterior | undefined): void {
  if (!posterior) {
    for (const kind of ['approximate', 'exact']) begin(byId<HTMLCanvasElement>(`${name}-${kind}`));
    return;
  }
  const { box, size, approximate, exact } = posterior;
  const area = cellArea(box, size);
  const probabilities = Float64Array.from(exact, (value) => Math.exp(value) * area);
  for (const [id, values] of [
    [`${name}-approximate`, approximate],
    [`${name}-exact`, exact],
  ] as const) {
    const canvas = byId<HTMLCanvasElement>(id);
    drawHeatMap(canvas, values, size);
    drawContourLines(canvas, probabilities, size);
    const context = canvas.getContext('2d')!;
    const sharpness = canvas.width / canvas.getBoundingClientRect().width;
    context.font = `${11 * sharpness}px system-ui, sans-serif`;
    context.fillStyle = '#ffffff';
    context.fillText(`z₁ ${range(box.x)}`, 8 * sharpness, canvas.height - 8 * sharpness);
    context.fillText(`z₂ ${range(box.y)}`, 8 * sharpness, 16 * sharpness);
  }
}

const range = (ends: readonly [number, number]) => ends.map((end) => end.toFixed(2).replace('-', '−')).join(' to ');

/** Where q(z|x) is highest. */
export function modeOf({ box, size, approximate }: Posterior): Latent {
  const best = approximate.indexOf(approximate.reduce((a, b) => Math.max(a, b)));
  const cells = cellsOf(box, size);
  return [cells[2 * best], cells[2 * best + 1]];
}

/** What the two posteriors of the drawing cost, and how good the models are on digits that they have not seen. */
export function resultTable(posteriors: Posteriors | undefined, scores: Record<PosteriorName, Scores>): HTMLElement {
  const table = element('table');
  table.append(element('caption', 'In nats', { className: 'visually-hidden' }));
  const head = element('tr');
  const titlesOfColumns = ['Posterior', 'KL(q ‖ exact)', 'log p(x)', 'ELBO', 'test ELBO'];
  head.append(
    ...titlesOfColumns.map((text, i) => element('th', text, { scope: 'col', className: i === 0 ? '' : 'number' })),
  );
  const body = element('tbody');
  for (const name of posteriorNames) {
    const row = element('tr');
    const own = posteriors?.[name];
    const numbers = [own?.divergence, own?.logEvidence, own && own.logEvidence - own.divergence];
    row.append(
      element('th', titles[name], { scope: 'row' }),
      ...numbers.map((value, i) =>
        element('td', value === undefined ? '–' : nats(value, i === 0 ? 3 : 1), { className: 'number' }),
      ),
      element('td', nats(scores[name].testElbo, 1), { className: 'number' }),
    );
    body.append(row);
  }
  const top = element('thead');
  top.append(head);
  table.append(top, body);
  return table;
}

const nats = (value: number, digits: number) => value.toFixed(digits).replace('-', '−');

/** The finding in a sentence. */
export function describe({ gaussian, iaf }: Posteriors): string {
  return `From the exact posterior, the Gaussian is ${gaussian.divergence.toFixed(3)} nats away, the IAF ${iaf.divergence.toFixed(3)}.`;
}
