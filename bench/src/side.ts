import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Library } from './operation.js';

/** Who computes, and on how many threads: a column of the table. */
export interface Side {
  readonly name: string;
  readonly library: Library;
  readonly threads: number;
  readonly command: readonly string[];
}

/** The Python of `peers/install.sh`. */
const installed = fileURLToPath(new URL('../peers/.venv/bin/python', import.meta.url));

/** WebGPU for Node, as `scripts/ci/install-webgpu.mjs` fetches it. */
export const webgpu = fileURLToPath(new URL('../../.cache/webgpu/node_modules/webgpu/index.js', import.meta.url));

/** The binding to TensorFlow's library that `scripts/ci/native-backend.mjs` builds. */
export const tensorflow = fileURLToPath(
  new URL('../../.cache/native/node_modules/@tensorflow/tfjs-node/dist/index.js', import.meta.url),
);

/** A Python that can import torch and zuko. */
export function findPython(asked?: string): string | undefined {
  const candidates = asked ? [asked] : [installed, 'python3'];
  return candidates.find((python) => {
    if (python === installed && !existsSync(installed)) return false;
    return spawnSync(python, ['-c', 'import torch, zuko'], { stdio: 'ignore' }).status === 0;
  });
}

/** `Node 24`, of the program at a path. */
function versionOf(node: string): string {
  const { stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`--node ${node}: ${error.message}`);
  return `Node ${stdout.slice(1).split('.')[0]}`;
}

/**
 * Every library with one thread and with all; stock TensorFlow.js has one in Node, and zuko takes part where there is a Python.
 *
 * @param nodes other versions of Node that ours is measured on too
 */
export function sidesOf(
  libraries: readonly Library[],
  threads: number,
  nodes: readonly string[],
  python?: string,
): Side[] {
  const counts = threads > 1 ? [1, threads] : [1];
  const worker = fileURLToPath(new URL('sides/worker.js', import.meta.url));
  const peer = fileURLToPath(new URL('../peers/zuko_side.py', import.meta.url));
  return libraries.flatMap((library): Side[] => {
    if (library === 'tensorflow' && !existsSync(tensorflow)) return [];
    // TensorFlow's library takes as many threads as it finds, a GPU all it has.
    if (['stock', 'webgpu', 'tensorflow', 'onnxruntime', 'loops'].includes(library))
      return [{ name: library, library, threads: 1, command: [process.execPath, worker, library, '1'] }];
    if (library === 'zuko' && !python) return [];
    const programs =
      library === 'zuko'
        ? [{ suffix: '', program: [python!, peer] }]
        : [process.execPath, ...nodes].map((node) => ({
            suffix: node === process.execPath ? '' : ` on ${versionOf(node)}`,
            program: [node, worker, 'ours'],
          }));
    return programs.flatMap(({ suffix, program }) =>
      counts.map((count) => ({
        name: `${library} ${count}${suffix}`,
        library,
        threads: count,
        command: [...program, String(count)],
      })),
    );
  });
}
