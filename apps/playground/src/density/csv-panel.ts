import { readCsv, type CsvTable } from '../csv/read-csv.js';
import { tableOfColumns } from '../csv/table-of-columns.js';
import type { Table } from '../data/source.js';
import { byId, fillSelect } from '../page/elements.js';

const selects = ['csv-x', 'csv-y', 'csv-context'].map((id) => byId<HTMLSelectElement>(id));
let current: { name: string; table: CsvTable } | undefined;

/** Lets the reader choose or drop a file and columns of it; `onTable` is called when they have. */
export function setUpCsv(onFile: () => void, onTable: (table: Table) => void, onProblem: (text: string) => void): void {
  const file = byId<HTMLInputElement>('csv-file');
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    onFile();
    try {
      const table = readCsv(chosen.name, await chosen.text());
      current = { name: chosen.name, table };
      showColumns(table);
      onTable(chosenTable());
    } catch (error) {
      current = undefined;
      byId('csv-columns').hidden = true;
      onProblem((error as Error).message);
    }
  };
  file.addEventListener('change', () => {
    void take(file.files?.[0]);
    // So that the same file, mended, may be chosen again.
    file.value = '';
  });
  for (const select of selects) {
    select.addEventListener('change', () => {
      try {
        onTable(chosenTable());
      } catch (error) {
        onProblem((error as Error).message);
      }
    });
  }
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) document.body.classList.remove('dropping');
  });
  document.addEventListener('drop', (event) => {
    document.body.classList.remove('dropping');
    const dropped = event.dataTransfer?.files[0];
    if (!dropped) return;
    event.preventDefault();
    void take(dropped);
  });
}

/** The rows of the chosen columns. @throws Error if there is no file, or the columns will not do */
export function chosenTable(): Table {
  if (!current) throw new Error('Choose a CSV file first.');
  const [x, y, context] = selects.map(({ value }) => (value === '' ? undefined : Number(value)));
  const table = tableOfColumns(current.name, current.table, [x!, y!], context);
  const rows = table.x.length / 2;
  const { rows: all } = current.table;
  byId('csv-note').textContent =
    `${current.name}: ${rows.toLocaleString('en')} ${rows === all ? 'rows' : `of ${all.toLocaleString('en')} rows; the others lack a number or are too many`}.`;
  return table;
}

function showColumns({ columns }: CsvTable): void {
  const names = columns.map(({ name }, i) => [String(i), name] as const);
  fillSelect(selects[0], names);
  fillSelect(selects[1], names);
  fillSelect(selects[2], [['', 'nothing'], ...names]);
  selects[1].value = '1';
  byId('csv-columns').hidden = false;
}
