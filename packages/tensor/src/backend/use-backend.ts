import { checkOptions } from '../arguments/check-option.js';
import { engine, env, setBackend } from '@tensorflow/tfjs-core';
import { cpu } from './loaders/cpu.js';
import type { BackendLoader } from './loaders/loader.js';
import { tensorflow } from './loaders/tensorflow.js';
import { wasm } from './loaders/wasm.js';
import { webgl } from './loaders/webgl.js';
import { webgpu } from './loaders/webgpu.js';
import { registerOverrides, registerCustomKernels } from '../registry/kernel-override.js';
import { correctInputTypes } from '../registry/input-types.js';
import { customKernels, overrides } from './all-kernels.js';
import { importGradients, registerGradients } from '../autodiff/stock/register-gradients.js';
import { withoutRethrowers } from './rethrowers.js';
import type { BackendName, BackendOptions } from './options.js';

const loaders: Record<BackendName, BackendLoader> = { tensorflow, webgpu, wasm, webgl, cpu };

/** The backends that 'auto' tries, the fastest first. */
const orderInNode: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];
const orderInBrowser: readonly BackendName[] = ['webgpu', 'wasm', 'webgl', 'cpu'];

/**
 * Makes TensorFlow.js compute on a backend, with this project's kernels and gradients registered for it.
 *
 * Importing `@pushforward/*` registers nothing; call this once, before the first tensor. Calling it again, with another name too, is
 * safe; tensors move to the new backend when they are next used. Of several calls at once each waits for the one before.
 *
 * Where TensorFlow.js has no gradients yet, because a compiler dropped an `import '@tensorflow/tfjs'` that only types were used of,
 * the package is imported here.
 *
 * On `wasm`, `tf.matMul` and its gradients then run in a SIMD kernel of this package (the stock one is a scalar loop wherever an
 * operand is transposed, as in every gradient), for the calling program's own code too.
 *
 * On `webgpu` and `webgl` exponentials and logarithms are computed to float32's precision, and on `webgpu` masked networks by shaders of
 * this package. In Node `webgpu` needs the package `webgpu`, whose `navigator.gpu` and globals are put in place; `dataSync()` throws there.
 *
 * @param name `'auto'` takes the first at hand: in Node `tensorflow`, `webgpu`, `wasm`, `cpu`, in a browser
 * `webgpu`, `wasm`, `webgl`, `cpu`; a GPU that is emulated in software is passed over, and so is, with a warning, a backend that is
 * installed and does not start
 * @returns the name of the backend now in use
 * @throws Error if the backend is not installed, saying how to get it, if it does not start, or is not one of {@link BackendName}
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 *
 * console.log(await useBackend('cpu')); // cpu
 * ```
 */
export function useBackend(name: BackendName | 'auto' = 'auto', options: BackendOptions = {}): Promise<BackendName> {
  checkOptions('useBackend', options, ['wasmPaths', 'threads', 'vectors']);
  isChosen = true;
  const result = latest.then(() => takeFirst(name, options));
  latest = result.catch(() => {});
  return result;
}

/** Whether the program has called {@link useBackend}. */
let isChosen = false;

/**
 * Makes a choice for a program that has made none: `useBackend('auto')`, and says so, once. A backend that TensorFlow.js runs on already, the
 * slow `cpu` excepted, stays, and gets this package's kernels.
 *
 * @param caller what needs a backend, as `fit`
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { startBackend, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('cpu');
 * await startBackend('train'); // changes nothing
 * ```
 */
export async function startBackend(caller: string): Promise<void> {
  if (isChosen) return;
  const current = engine().backendName as BackendName | undefined;
  if (current && current !== 'cpu') {
    if (Object.hasOwn(loaders, current)) await useBackend(current);
    return;
  }
  const name = await useBackend('auto');
  console.warn(`${caller}: no backend was chosen, so '${name}' is used; useBackend chooses one`);
}

/** Settles with the latest call: TensorFlow.js takes a second start of a backend, made before the first has ended, for a failed one. */
let latest: Promise<unknown> = Promise.resolve();

async function takeFirst(name: BackendName | 'auto', options: BackendOptions): Promise<BackendName> {
  const known = ['auto', ...Object.keys(loaders)];
  const list = `'${known.slice(0, -1).join("', '")}' or '${known.at(-1)}'`;
  if (!known.includes(name)) throw new Error(`useBackend: name must be ${list}, got '${name}'`);
  await importGradients();
  registerGradients();
  const problems: string[] = [];
  const failures: string[] = [];
  for (const candidate of name === 'auto' ? autoOrder() : [name]) {
    const { problem, isFailure } = await attempt(candidate, options, name === 'auto');
    if (problem === null) {
      if (failures.length > 0) console.warn(`useBackend: ${failures.join('; ')}; '${candidate}' is used instead`);
      return candidate;
    }
    problems.push(`backend '${candidate}' ${problem}`);
    if (isFailure) failures.push(problems.at(-1)!);
  }
  throw new Error(`useBackend: ${problems.join('; ')}`);
}

/** Starts a backend; where nobody asked for it, what it throws is one more reason to take the next. */
async function attempt(
  name: BackendName,
  options: BackendOptions,
  isAutomatic: boolean,
): Promise<{ problem: string | null; isFailure: boolean }> {
  try {
    const absence = await loaders[name].load(options, isAutomatic);
    return absence === null
      ? { problem: await start(name, options), isFailure: true }
      : { problem: absence, isFailure: false };
  } catch (error) {
    if (!isAutomatic) throw error;
    return { problem: `does not start: ${error instanceof Error ? error.message : String(error)}`, isFailure: true };
  }
}

function autoOrder(): readonly BackendName[] {
  return env().getBool('IS_NODE') ? orderInNode : orderInBrowser;
}

/** Starts a backend that is at hand; returns null, or why it did not start. */
async function start(name: BackendName, options: BackendOptions): Promise<string | null> {
  const { begin, prepare } = loaders[name];
  const obstacle = await begin?.(options);
  if (obstacle) return obstacle;
  // TensorFlow.js prints the reason and returns false.
  if (!(await withoutRethrowers(() => setBackend(name)))) return 'did not start, see the warnings above';
  await prepare?.(options);
  registerOverrides(overrides, name);
  registerCustomKernels(customKernels, name);
  correctInputTypes(name);
  return null;
}
