import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as core from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../../../', import.meta.url));

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(directory, file));
}

/** The operations that files import from tfjs-core. */
function importedBy(files: string[]): Set<string> {
  const names = files.flatMap((file) => {
    const statements = readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@tensorflow\/tfjs-core'/g);
    return [...statements].flatMap(([, list]) => list.split(',').map((name) => name.trim().split(' as ')[0]));
  });
  // TensorFlow.js names its operations so; its utilities, types and kernels are none.
  return new Set(
    names.filter((name) => (core as unknown as Record<string, { name?: string }>)[name]?.name?.endsWith('__op')),
  );
}

test('the conformance suite has every operation that the packages use', () => {
  const files = readdirSync(packages).flatMap((name) => filesIn(path.join(packages, name, 'src')));
  const sources = files.filter((file) => !file.endsWith('.test.ts') && !file.includes(`${path.sep}testing${path.sep}`));
  const used = importedBy(sources);
  const tested = importedBy(filesIn(path.join(packages, 'tensor', 'src', 'conformance')));
  expect([...used].filter((name) => !tested.has(name))).toEqual([]);
  expect(used.size).toBeGreaterThan(40);
});
