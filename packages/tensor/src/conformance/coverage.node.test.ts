import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../../../', import.meta.url));

/** What a backend computes nothing for. */
const NO_OPERATIONS = [
  'backend', 'backend_util', 'broadcast_util', 'customGrad', 'dispose', 'engine', 'env', 'findBackendFactory', 'getGradient', 'getKernel', 'keep',
  'registerGradient', 'registerKernel', 'removeBackend', 'setBackend', 'slice_util', 'tensor_util', 'tidy', 'unregisterKernel', 'util', 'variable',
  'variableGrads',
];

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(directory, file));
}

/** The names that files import from tfjs-core, types and names of kernels or classes apart. */
function importedBy(files: string[]): Set<string> {
  const names = files.flatMap((file) => {
    const statements = readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@tensorflow\/tfjs-core'/g);
    return [...statements].flatMap(([, list]) => list.split(',').map((name) => name.trim().split(' as ')[0]));
  });
  return new Set(names.filter((name) => /^[a-z]/.test(name) && !name.startsWith('type ')));
}

test('the conformance suite has every operation that the packages use', () => {
  const files = readdirSync(packages).flatMap((name) => filesIn(path.join(packages, name, 'src')));
  const sources = files.filter((file) => !file.endsWith('.test.ts') && !file.includes(`${path.sep}testing${path.sep}`));
  const used = importedBy(sources);
  const tested = importedBy(filesIn(path.join(packages, 'tensor', 'src', 'conformance')));
  expect([...used].filter((name) => !tested.has(name) && !NO_OPERATIONS.includes(name))).toEqual([]);
});
