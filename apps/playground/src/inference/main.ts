import { colour } from '../draw/canvas.js';
import { drawLosses } from '../draw/loss-chart.js';
import { cellArea, type ViewBox } from '../draw/view-box.js';
import type { Settings } from '../model/recipe.js';
import { setUpBackendChoice } from '../page/backend-choice.js';
import { Client } from '../page/client.js';
import { byId } from '../page/elements.js';
import { latest } from '../page/latest.js';
import { complain, say } from '../page/status.js';
import { divergence, exactPosterior } from '../simulator/exact-posterior.js';
import type { Measurement } from '../simulator/throw.js';
import type { Frame } from '../worker/protocol.js';
import { drawPosterior, drawThrows } from './pictures.js';

const SETTINGS: Settings = { flow: 'nsf', depth: 3, width: 64, steps: 2000, seed: 0 };

const distance = byId<HTMLInputElement>('distance');
const error = byId<HTMLInputElement>('error');
const stop = byId<HTMLButtonElement>('stop');

let box: ViewBox | undefined;
let frame: Frame | undefined;
let losses: number[] = [];
let heldOut: { step: number; loss: number }[] = [];
let backend = '';

const client = new Client({
  ready: (event) => {
    backend = event.backend;
    if (client.run === 0) say('Ready. Press Learn to begin.');
  },
  begin(event) {
    ({ box } = event);
    losses = [];
    heldOut = [];
    stop.disabled = false;
    look();
  },
  frame({ frame: seen, losses: more, stepsPerSecond }) {
    losses.push(...more);
    heldOut.push({ step: seen.step, loss: seen.heldOut });
    frame = seen;
    if (stepsPerSecond > 0) {
      say(`Step ${seen.step} of ${SETTINGS.steps}: held-out loss ${seen.heldOut.toFixed(3)} nats`, false);
      byId('details').textContent =
        `${backend} · ${(1000 / stepsPerSecond).toFixed(1)} ms a step, pictures included · ${seen.tensors} tensors`;
    }
    if (performance.getEntriesByName('first-frame').length === 0) performance.mark('first-frame');
    draw();
  },
  view(event) {
    frame = event.frame;
    draw();
  },
  done({ steps, seconds, heldOut: loss, parameters }) {
    endTraining();
    byId('status').dataset.loss = String(loss);
    say(`${steps} steps done: held-out loss ${loss.toFixed(3)} nats. Move the sliders.`);
    byId('details').textContent =
      `${backend} · ${parameters.toLocaleString('en')} parameters · trained in ${seconds.toFixed(1)} s · ${frame?.tensors ?? 0} tensors`;
  },
  error({ message }) {
    endTraining();
    complain(message);
    say('Stopped.');
  },
});

const measured = (): Measurement => [Number(distance.value), Math.log(Number(error.value))];

const look = latest(() => {
  client.look({ snapshot: null, context: measured() });
});

function draw(): void {
  if (!frame || !box) return;
  const exact = exactPosterior(box, frame.size, measured());
  drawPosterior(byId<HTMLCanvasElement>('density'), box, frame, exact);
  drawThrows(byId<HTMLCanvasElement>('throws'), frame.samples, measured());
  const gap = divergence(exact, frame.logDensity, cellArea(box, frame.size));
  byId('gap').dataset.nats = String(gap);
  byId('gap').textContent = `From the exact posterior to the flow's: KL divergence ${gap.toFixed(3)} nats.`;
  const { steps } = SETTINGS;
  drawLosses(
    byId<HTMLCanvasElement>('losses'),
    { train: losses, heldOut, entropy: undefined, steps, at: 0 },
    {
      text: colour('muted'),
      line: colour('line'),
      train: colour('train'),
      heldOut: colour('data'),
      entropy: colour('entropy'),
    },
  );
}

/** Takes the focus along from the button that goes off. */
function endTraining(): void {
  if (document.activeElement === stop) byId('train').focus();
  stop.disabled = true;
}

function label(): void {
  byId('distance-value').textContent = `${Number(distance.value).toFixed(1)} m`;
  byId('error-value').textContent = `${Number(error.value).toFixed(2)} m`;
}

function train(): void {
  complain('');
  say('Simulating 20,000 throws…');
  client.begin({ type: 'train', spec: { source: { kind: 'throws' }, settings: SETTINGS } });
}

for (const slider of [distance, error]) {
  slider.addEventListener('input', () => {
    label();
    look();
  });
}
byId('train').addEventListener('click', train);
stop.addEventListener('click', () => client.send({ type: 'stop' }));
setUpBackendChoice((choice) => {
  client.send({ type: 'start', backend: choice });
  train();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
window.addEventListener('resize', latest(draw));

label();
client.send({ type: 'start', backend: 'wasm' });
if (!matchMedia('(prefers-reduced-motion: reduce)').matches) train();
