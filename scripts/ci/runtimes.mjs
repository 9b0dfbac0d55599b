import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';
import { installInto } from './install-into.mjs';

/** The folder of the program of a runtime for JavaScript, which is an npm package of that name and fetched if it is not there; undefined where it cannot be. */
export function runtimeOf(name, version) {
  const directory = path.join(root, '.cache', `${name}-${version}`);
  const bin = path.join(directory, 'node_modules', '.bin');
  // Its install step puts the program for this machine in place.
  const isThere = existsSync(bin) || installInto(directory, { [name]: version }, { runScripts: true }) === 0;
  return isThere ? bin : undefined;
}
