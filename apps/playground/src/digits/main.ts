import type { Digits, Posteriors } from '../autoencoder/autoencoders.js';
import { type PosteriorName, posteriorNames, SIDE } from '../autoencoder/models.js';
import { drawImages } from '../draw/images.js';
import { setUpBackendChoice } from '../page/backend-choice.js';
import { Client } from '../page/client.js';
import { byId, element } from '../page/elements.js';
import { latest } from '../page/latest.js';
import { newest } from '../page/newest.js';
import { complain, say } from '../page/status.js';
import { redrawBoard, setUpBoard, showOnBoard } from './board.js';
import { fitDrawing } from './fit-drawing.js';
import { describe, drawDigit, drawPosterior, modeOf, resultTable } from './pictures.js';
import { drawPlane, type Latent, placeCross, planePoints, setUpPlane } from './plane.js';

const SAMPLES = 40;
const SAMPLE_COLUMNS = 10;
/** The digit that is on the board at first. */
const FIRST = 3;

let backend = '';
let digits: Digits | undefined;
/** The drawing, as the models see it. */
let seen: Uint8Array | undefined;
let posteriors: Posteriors | undefined;
let cross: Latent = [0, 0];
/** Images decoded by the model that is chosen. */
let decoded: { plane?: Float32Array; cross?: Float32Array; samples?: Float32Array } = {};
/** How often each digit's button was pressed: every press puts in another one. */
const presses = new Map<number, number>();

const client = new Client({
  ready: (event) => {
    backend = event.backend;
  },
  error: ({ message }) => fail(new Error(message)),
});

const chosenModel = (): PosteriorName =>
  document.querySelector<HTMLInputElement>('#model input:checked')!.value as PosteriorName;

/** Works out the posteriors of the newest drawing. */
const infer = newest((pixels: Uint8Array) =>
  attempt(async () => {
    const found = await client.ask({ type: 'posteriors', pixels });
    // A later drawing's are on their way.
    const isCurrent = pixels === seen;
    if (!seen) return;
    posteriors = found;
    if (performance.getEntriesByName('first-frame').length === 0) performance.mark('first-frame');
    say(describe(found), isCurrent);
    byId('status').dataset.settled = String(isCurrent);
    byId('details').textContent =
      `${backend} · all four densities in ${Math.round(found.milliseconds)} ms · ${found.tensors} tensors`;
    draw();
  }),
);

const decodeCross = newest((z: Latent) =>
  attempt(async () => {
    decoded.cross = await client.ask({ type: 'decode', model: chosenModel(), z: Float32Array.from(z) });
    drawDecoded();
  }),
);

const decodePlane = newest((model: PosteriorName) =>
  attempt(async () => {
    decoded.plane = await client.ask({ type: 'decode', model, z: planePoints() });
    drawDecoded();
  }),
);

const sample = newest((model: PosteriorName) =>
  attempt(async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    decoded.samples = await client.ask({ type: 'sample', model, count: SAMPLES, seed });
    drawDecoded();
  }),
);

function see(pixels: Uint8Array): void {
  complain('');
  seen = pixels.includes(1) ? fitDrawing(pixels) : undefined;
  byId('status').dataset.settled = String(!seen);
  if (seen) infer(seen);
  else {
    posteriors = undefined;
    say('The board is empty: draw a digit, or put one in.');
    draw();
  }
}

function walkTo(z: Latent): void {
  cross = z;
  drawDecoded();
  decodeCross(z);
}

function chooseModel(): void {
  decoded = {};
  const model = chosenModel();
  decodePlane(model);
  decodeCross(cross);
  sample(model);
}

function putIn(label: number): void {
  const own = digits!.examples.filter((example) => example.label === label);
  const press = presses.get(label) ?? 0;
  presses.set(label, press + 1);
  const { pixels } = own[press % own.length];
  showOnBoard(pixels);
  see(pixels);
}

function draw(): void {
  if (digits) byId('results').replaceChildren(resultTable(posteriors, digits.scores));
  const blank = new Float32Array(SIDE ** 2);
  drawDigit('seen', seen ?? blank);
  for (const name of posteriorNames) {
    drawDigit(`${name}-reconstruction`, posteriors?.[name].reconstruction ?? blank);
    drawPosterior(name, posteriors?.[name]);
  }
  drawDecoded();
}

function drawDecoded(): void {
  if (decoded.plane) drawPlane(decoded.plane, posteriors && modeOf(posteriors[chosenModel()]));
  if (decoded.cross) drawDigit('walked', decoded.cross);
  if (decoded.samples)
    drawImages(byId<HTMLCanvasElement>('samples'), decoded.samples, {
      side: SIDE,
      columns: SAMPLE_COLUMNS,
      isSmooth: true,
    });
}

/** What goes wrong is said in one line. */
async function attempt(job: () => Promise<void>): Promise<void> {
  try {
    await job();
  } catch (error) {
    fail(error as Error);
  }
}

function fail({ message }: Error): void {
  complain(message);
  say('Stopped.');
}

async function load(): Promise<void> {
  client.send({ type: 'start', backend: 'wasm' });
  digits = await client.ask({ type: 'digits' });
  for (const label of new Set(digits.examples.map((example) => example.label))) {
    const button = element('button', String(label), { type: 'button' });
    button.setAttribute('aria-label', `A real ${label}`);
    button.addEventListener('click', () => putIn(label));
    byId('examples').append(button);
  }
  putIn(FIRST);
  chooseModel();
}

setUpBoard(see);
setUpPlane(walkTo);
setUpBackendChoice((choice) => {
  client.send({ type: 'start', backend: choice });
  if (seen) infer(seen);
  chooseModel();
});
for (const input of document.querySelectorAll('#model input')) input.addEventListener('change', chooseModel);
byId('sample').addEventListener('click', () => sample(chosenModel()));
byId('to-drawing').addEventListener('click', () => {
  if (posteriors) walkTo(placeCross(modeOf(posteriors[chosenModel()])));
});
const redraw = latest(() => {
  redrawBoard();
  draw();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
window.addEventListener('resize', redraw);

placeCross(cross);
redrawBoard();
void attempt(load);
