import { byId, fillSelect } from '../page/elements.js';
import { type FlowName, flowNames, flows, type Settings } from '../model/recipe.js';

const flow = byId<HTMLSelectElement>('flow');
const depth = byId<HTMLInputElement>('depth');
const width = byId<HTMLSelectElement>('width');
const steps = byId<HTMLSelectElement>('steps');
const seed = byId<HTMLInputElement>('seed');

const numbers = (values: readonly number[]) =>
  values.map((value) => [String(value), value.toLocaleString('en')] as const);

/** Fills the choices; `onChange` is called when the reader has changed one. */
export function setUpForm(onChange: () => void): void {
  fillSelect(
    flow,
    flowNames.map((name) => [name, flows[name].title]),
  );
  fillSelect(width, numbers([16, 32, 64, 128]));
  fillSelect(steps, numbers([300, 1000, 3000, 10_000]));
  width.value = '32';
  steps.value = '1000';
  describe();
  depth.addEventListener('input', describe);
  byId('settings').addEventListener('submit', (event) => event.preventDefault());
  for (const field of [flow, depth, width, steps, seed]) {
    field.addEventListener('change', () => {
      describe();
      onChange();
    });
  }
}

export function readSettings(): Settings {
  const wanted = Math.trunc(Number(seed.value));
  if (!(wanted >= 0 && wanted <= 999_999)) seed.value = '0';
  return {
    flow: flow.value as FlowName,
    depth: Number(depth.value),
    width: Number(width.value),
    steps: Number(steps.value),
    seed: Number(seed.value) === wanted ? wanted : 0,
  };
}

/** Shows the settings of a model that came by a link; a number that is no choice here leaves the field as it is. */
export function showSettings(settings: Settings): void {
  for (const [field, value] of [
    [flow, settings.flow],
    [width, settings.width],
    [steps, settings.steps],
  ] as const) {
    if ([...field.options].some((option) => option.value === String(value))) field.value = String(value);
  }
  depth.value = String(settings.depth);
  seed.value = String(settings.seed);
  describe();
}

function describe(): void {
  const { note, isOneLayer = false } = flows[flow.value as FlowName];
  byId('flow-note').textContent = note;
  depth.disabled = isOneLayer;
  byId('depth-value').textContent = isOneLayer ? '1' : depth.value;
}
