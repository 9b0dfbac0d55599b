import type { TableStream } from '../data/table.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import type { LoadedModel } from './models.js';

/** @throws UserError if a table has other columns than the model */
export function checkModelColumns(
  { source, names, hasHeader, columns }: Pick<TableStream, 'source' | 'names' | 'hasHeader' | 'columns'>,
  model: LoadedModel,
): void {
  const expected = model.kind === 'flow' ? model.notes.columns.length : model.module.encoder.dataDim;
  if (hasHeader && model.kind === 'flow' && columns >= expected) {
    const missing = model.notes.columns.find((column) => !names.includes(column));
    if (missing !== undefined)
      throw new UserError(`${source}: has no column "${excerpt(missing, 40)}", which the model was trained on`);
  }
  if (columns !== expected)
    throw new UserError(`${source}: has ${columns} columns, the model was trained on ${expected}`);
}
