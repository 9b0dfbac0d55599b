import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseNpy } from '../../data/npy.js';
import type { ReadOptions } from '../../data/read-options.js';
import { readTable } from '../../data/read-table.js';
import { readUserFile } from '../../files/files.js';
import type { Matrix } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';

/** The directory that the paper's authors publish. */
export interface Archive {
  cwd: string;
  /** As the user named it, absolute or not. */
  name: string;
}

/** A file that cannot be read as it is published, and the line of Python that converts it. */
export interface Converted {
  published: string;
  why: string;
  python: string;
}

/** A file of the archive as errors call it. */
export const shownFile = ({ name }: Archive, file: string): string => path.join(name, file);

/**
 * @param converted where the file is one that the user made of a published one
 * @throws UserError if there is no such matrix
 */
export async function readMatrix(archive: Archive, file: string, converted?: Converted): Promise<Matrix> {
  const shown = checkFile(archive, file, converted);
  return parseNpy(await readUserFile(path.resolve(archive.cwd, shown), shown), shown);
}

/**
 * @param converted where the file is one that the user made of a published one
 * @throws UserError if there is no such table
 */
export async function readCsv(
  archive: Archive,
  file: string,
  options: ReadOptions,
  converted?: Converted,
): Promise<Matrix> {
  return readTable(archive.cwd, checkFile(archive, file, converted), options);
}

function checkFile(archive: Archive, file: string, converted?: Converted): string {
  const shown = shownFile(archive, file);
  if (existsSync(path.resolve(archive.cwd, shown))) return shown;
  if (converted && existsSync(path.resolve(archive.cwd, shownFile(archive, converted.published))))
    throw new UserError(
      `${shownFile(archive, converted.published)}: ${converted.why}; in its directory run: python -c "${converted.python}"`,
    );
  throw new UserError(`${shown}: no such file; --rows names rows of the data sets that are there`);
}
