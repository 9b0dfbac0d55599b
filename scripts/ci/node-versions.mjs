import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';
import { installInto } from './install-into.mjs';

/** The major versions of Node that everything is tested on besides the lowest one. */
export const nodeVersions = ['22', '24', '26'];

/** The folder of the `node` of a version, which is an npm package and fetched if it is not there; undefined where it cannot be. */
export function nodeOf(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const directory = path.join(root, '.cache', `node-${version}`);
  const bin = path.join(directory, 'node_modules', name, 'bin');
  return existsSync(bin) || installInto(directory, { [name]: version }) === 0 ? bin : undefined;
}
