import type { TableStream } from '../data/table.js';
import { tableColumns } from './given-columns.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import type { LoadedModel } from './models.js';

/** @throws UserError if a table has other columns than the model, those included that it is given */
export function checkModelColumns(
  { source, names, hasHeader, columns }: Pick<TableStream, 'source' | 'names' | 'hasHeader' | 'columns'>,
  model: Exclude<LoadedModel, { kind: 'any-order' }>,
): void {
  if (model.kind === 'digits') return checkCount(source, columns, model.module.encoder.dataDim);
  const {
    names: wanted,
    roles: { given },
  } = tableColumns(model.notes);
  if (hasHeader && (columns >= wanted.length || given.length > 0)) {
    const missing = wanted.findIndex((column) => !names.includes(column));
    if (missing >= 0)
      throw new UserError(
        `${source}: has no column "${excerpt(wanted[missing], 40)}", which the model ${given.includes(missing) ? 'is given' : 'was trained on'}`,
      );
  }
  checkCount(source, columns, wanted.length);
}

function checkCount(source: string, columns: number, expected: number): void {
  if (columns !== expected)
    throw new UserError(`${source}: has ${columns} columns, the model was trained on ${expected}`);
}
