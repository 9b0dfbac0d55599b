import { type DataSetName, dataSets, isDataSetName } from '../data/data-sets.js';
import { colour } from '../draw/canvas.js';
import { drawLosses } from '../draw/loss-chart.js';
import type { Source } from '../data/source.js';
import { setUpBackendChoice } from '../page/backend-choice.js';
import { Client } from '../page/client.js';
import { ContextSlider } from '../page/context-slider.js';
import { setUpDialog, showText } from '../page/dialog.js';
import { download } from '../page/download.js';
import { byId, fillSelect } from '../page/elements.js';
import { latest } from '../page/latest.js';
import { drawPictures, type Scene } from '../page/pictures.js';
import { complain, say } from '../page/status.js';
import { fromFragment, toFragment } from '../share/fragment.js';
import type { Frame } from '../worker/protocol.js';
import { chosenTable, setUpCsv } from './csv-panel.js';
import { comparisonTable } from './comparison.js';
import { chooseData, chosenData, setUpDataChoice } from './data-choice.js';
import { drawnTable, redraw, setUpBoard } from './drawing-board.js';
import { readSettings, setUpForm, showSettings } from './form.js';

/** What browsers and messengers still carry as an address. */
const LONGEST_LINK = 1_500_000;

const buttons = {
  train: byId<HTMLButtonElement>('train'),
  stop: byId<HTMLButtonElement>('stop'),
  share: byId<HTMLButtonElement>('share'),
  download: byId<HTMLButtonElement>('download'),
  code: byId<HTMLButtonElement>('code'),
  compare: byId<HTMLButtonElement>('compare'),
};
const timeline = byId<HTMLInputElement>('timeline');

/** The run that is shown. */
interface Shown extends Scene {
  frame?: Frame;
  readonly losses: number[];
  readonly heldOut: { step: number; loss: number }[];
  readonly entropy: number | undefined;
  steps: number;
  isTraining: boolean;
  /** Whether the reader looks at a snapshot rather than at the latest weights. */
  isPast: boolean;
  details: string;
  tensors: number;
}

let shown: Shown | undefined;
let entropy: number | undefined;
let backend = '';

const client = new Client({
  ready: (event) => {
    backend = event.backend;
    if (client.run === 0) say('Ready. Press Train to begin.');
  },
  begin({ box, points, contexts, shared }) {
    const known = shared?.set ?? '';
    if (shared) entropy = isDataSetName(known) ? dataSets[known].entropy : undefined;
    const steps = shared ? shared.settings.steps : readSettings().steps;
    shown = {
      box,
      points,
      losses: [],
      heldOut: [],
      entropy,
      steps,
      isTraining: !shared,
      isPast: false,
      details: '',
      tensors: 0,
    };
    context.show(contexts);
    timeline.value = timeline.max = '0';
    if (shared) {
      showSettings(shared.settings);
      if (isDataSetName(known)) chooseData(known);
      say(`A model by link: ${shared.title}, after ${shared.step} steps.`);
    }
    update();
  },
  frame({ frame, losses, snapshots, stepsPerSecond }) {
    if (!shown) return;
    shown.losses.push(...losses);
    shown.tensors = frame.tensors;
    shown.heldOut.push({ step: frame.step, loss: frame.heldOut });
    timeline.max = String(snapshots);
    if (!shown.isPast) {
      timeline.value = timeline.max;
      shown.frame = frame;
      draw();
    }
    if (stepsPerSecond > 0) {
      shown.details = `${(1000 / stepsPerSecond).toFixed(1)} ms a step, pictures included · ${frame.tensors} tensors`;
      say(`Step ${frame.step} of ${shown.steps}: ${describeLoss(frame.heldOut)}`, false);
    }
    mark('first-frame');
    update();
  },
  view({ frame, snapshot }) {
    if (!shown) return;
    shown.frame = frame;
    shown.isPast = snapshot !== null;
    draw();
    update();
  },
  done({ steps, seconds, heldOut, parameters }) {
    if (!shown) return;
    shown.isTraining = false;
    shown.details = `${parameters.toLocaleString('en')} parameters · trained in ${seconds.toFixed(1)} s · ${shown.tensors} tensors`;
    say(`${steps} steps done: ${describeLoss(heldOut)}`);
    byId('status').dataset.loss = String(heldOut);
    update();
  },
  error({ message }) {
    if (shown) shown.isTraining = false;
    complain(message);
    say('Stopped.');
    update();
  },
});

const context = new ContextSlider(() => look());

/** Looks at what the timeline and the context say. */
const look = latest(() => {
  if (!shown) return;
  const place = Number(timeline.value);
  const snapshot = place < Number(timeline.max) ? place : null;
  shown.isPast = snapshot !== null;
  client.look({ snapshot, context: context.values });
});

function train(): void {
  complain('');
  let source: Source;
  try {
    source = sourceOf();
  } catch (error) {
    complain((error as Error).message);
    return;
  }
  // The link's model is a step back in the browser's history.
  if (location.hash) history.pushState(null, '', location.pathname + location.search);
  entropy = source.kind === 'set' ? dataSets[source.name].entropy : undefined;
  say('Starting…');
  client.begin({ type: 'train', spec: { source, settings: readSettings() } });
}

function sourceOf(): Source {
  const choice = chosenData();
  if (choice === 'drawing') return drawnTable();
  if (choice === 'csv') return chosenTable();
  return { kind: 'set', name: choice satisfies DataSetName };
}

/** Shows the model of the address, if there is one. */
function openLink(): boolean {
  const match = /^#model=(.*)$/.exec(location.hash);
  if (!match) return false;
  complain('');
  try {
    client.begin({ type: 'open', bytes: fromFragment(match[1]) });
  } catch (error) {
    complain((error as Error).message);
    say('Press Train for a model of your own.');
  }
  return true;
}

async function share(): Promise<void> {
  const bytes = await client.ask({ type: 'pack', as: 'archive' });
  const link = `${location.href.split('#')[0]}#model=${toFragment(bytes)}`;
  if (link.length > LONGEST_LINK)
    throw new Error('This model is too large for a link: download it, or train a narrower one.');
  const size = `${Math.ceil(link.length / 1000)} kB`;
  const note = `The model is inside the link, ${size} long; no server sees it. Some messengers cut long links.`;
  showText({ title: 'Share by link', note, text: link, isShort: true });
}

async function downloadModel(): Promise<void> {
  download('flow.safetensors', (await client.ask({ type: 'pack', as: 'safetensors' })) as Uint8Array<ArrayBuffer>);
  say('The model is in your downloads, as flow.safetensors.');
}

async function showCode(): Promise<void> {
  const text = await client.ask({ type: 'program' });
  const note =
    'A complete program that trains this flow again: to the same held-out loss in Node 22 or newer, and to one nearby in Node 20, which multiplies and adds in two roundings.';
  showText({ title: 'The code of this run', note, text, isShort: false });
}

async function compare(): Promise<void> {
  const { depth, width } = readSettings();
  const dim = Number(byId<HTMLSelectElement>('compare-dim').value);
  byId('comparison').textContent = 'Measuring…';
  try {
    byId('comparison').replaceChildren(comparisonTable(await client.ask({ type: 'compare', dim, width, depth })));
  } catch (error) {
    byId('comparison').textContent = '';
    throw error;
  }
}

/** Buttons whose job goes on. They are not disabled, which would take the focus from whoever uses a keyboard. */
const busy = new Set<HTMLButtonElement>();

/** A button's job; what goes wrong is said in one line. */
async function carryOut(button: HTMLButtonElement, job: () => Promise<void>): Promise<void> {
  if (busy.has(button)) return;
  busy.add(button);
  complain('');
  try {
    await job();
  } catch (error) {
    complain((error as Error).message);
  } finally {
    busy.delete(button);
  }
}

function describeLoss(heldOut: number): string {
  const best = shown?.entropy === undefined ? '' : `, best possible ${shown.entropy.toFixed(3)}`;
  return `held-out loss ${heldOut.toFixed(3)} nats${best}`;
}

function draw(): void {
  if (!shown?.frame) return;
  drawPictures(shown, shown.frame);
  drawLosses(
    byId<HTMLCanvasElement>('losses'),
    {
      train: shown.losses,
      heldOut: shown.heldOut,
      entropy: shown.entropy,
      steps: shown.steps,
      at: shown.isPast ? shown.frame.step : 0,
    },
    {
      text: colour('muted'),
      line: colour('line'),
      train: colour('train'),
      heldOut: colour('data'),
      entropy: colour('entropy'),
    },
  );
}

/** Draws everything again, since colours or sizes have changed. */
function redrawAll(): void {
  draw();
  if (chosenData() === 'drawing') redraw();
}

function update(): void {
  buttons.train.textContent = shown?.isTraining ? 'Restart' : 'Train';
  if (!shown?.isTraining && document.activeElement === buttons.stop) buttons.train.focus();
  buttons.stop.disabled = !shown?.isTraining;
  timeline.disabled = timeline.max === '0';
  for (const button of [buttons.share, buttons.download, buttons.code]) button.disabled = !shown;
  byId('timeline-step').textContent = shown?.frame && shown.isPast ? `step ${shown.frame.step}` : 'now';
  byId('best-key').hidden = shown?.entropy === undefined;
  // A model by link brings no history.
  byId('loss-figure').hidden = shown !== undefined && !shown.isTraining && shown.losses.length === 0;
  byId('details').textContent = [backend, shown?.details].filter(Boolean).join(' · ');
}

function mark(name: string): void {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}

setUpDialog();
setUpBoard();
setUpForm(() => {
  if (chosenData() !== 'drawing' || shown) train();
});
setUpDataChoice((choice) => {
  if (choice === 'drawing') redraw();
  else if (choice !== 'csv') train();
});
setUpCsv(
  () => {
    complain('');
    chooseData('csv');
  },
  () => train(),
  complain,
);
setUpBackendChoice((choice) => {
  client.send({ type: 'start', backend: choice });
  train();
});
fillSelect(
  byId<HTMLSelectElement>('compare-dim'),
  ['2', '8', '32', '64'].map((dim) => [dim, dim]),
);
byId<HTMLSelectElement>('compare-dim').value = '32';
buttons.train.addEventListener('click', train);
byId('board-train').addEventListener('click', train);
buttons.stop.addEventListener('click', () => client.send({ type: 'stop' }));
timeline.addEventListener('input', look);
for (const [button, job] of [
  [buttons.share, share],
  [buttons.download, downloadModel],
  [buttons.code, showCode],
  [buttons.compare, compare],
] as const)
  button.addEventListener('click', () => void carryOut(button, job));
window.addEventListener('popstate', () => {
  if (!openLink() && !shown) train();
});
for (const query of ['(prefers-color-scheme: dark)', '(max-width: 860px)'])
  matchMedia(query).addEventListener('change', redrawAll);
window.addEventListener('resize', latest(redrawAll));

client.send({ type: 'start', backend: 'wasm' });
if (!openLink()) {
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) train();
}
