// The packages, and the doors that each has: what others may import.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

export const packageNames = readdirSync(path.join(root, 'packages'));

/** The doors of a package: what its README calls what comes through each, and the file behind it. */
export function doorsOf(name) {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, conditions]) => conditions['@pushforward/source'])
    .map(([door, conditions]) => ({
      title: path.posix.join('@pushforward', name, door),
      file: path.join(root, 'packages', name, conditions['@pushforward/source']),
    }));
}
