import { dataSetNames, dataSets, type DataSetName } from '../data/data-sets.js';
import { byId, element } from '../page/elements.js';

/** What may be trained on: a data set, the reader's drawing, or their table. */
export type DataChoice = DataSetName | 'drawing' | 'csv';

const choices: readonly (readonly [DataChoice, string])[] = [
  ...dataSetNames.map((name) => [name, dataSets[name].title] as const),
  ['drawing', 'Draw your own'],
  ['csv', 'Your CSV'],
];

/** Fills the row of choices. */
export function setUpDataChoice(onChange: (choice: DataChoice) => void): void {
  for (const [value, text] of choices) {
    const label = element('label');
    const input = element('input', '', { type: 'radio', name: 'data', value });
    input.addEventListener('change', () => {
      showPanels(value);
      onChange(value);
    });
    label.append(input, element('span', text));
    byId('data').append(label);
  }
  chooseData('two-moons');
}

/** Checks a choice as if the reader had, without telling anybody. */
export function chooseData(choice: DataChoice): void {
  const input = document.querySelector<HTMLInputElement>(`#data input[value='${choice}']`);
  if (input) input.checked = true;
  showPanels(choice);
}

export const chosenData = (): DataChoice =>
  document.querySelector<HTMLInputElement>('#data input:checked')!.value as DataChoice;

function showPanels(choice: DataChoice): void {
  byId('draw-panel').hidden = choice !== 'drawing';
  byId('csv-panel').hidden = choice !== 'csv';
}
