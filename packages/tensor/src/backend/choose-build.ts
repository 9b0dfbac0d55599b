import {
  fastestBuild,
  type KernelBuild,
  type Vectors,
  wideVectors,
  withSynchronousTiering,
} from '../wasm/kernel-build.js';
import { detachedModule, type WasmBackend } from '../wasm/wasm-module.js';

type Check = typeof import('./self-check.js').disagreements;

/** Enough for V8 to optimize what takes the time. */
const REPETITIONS = 10;

/**
 * The build of the kernels that is fastest here and right: V8's 256-bit vectors are an experiment, so that each kernel of the build for them is first run
 * against the plain build, again and again until V8 has optimized what takes the time.
 */
export async function chooseBuild(backend: WasmBackend, vectors: Vectors, check?: Check): Promise<KernelBuild> {
  const build = fastestBuild(vectors);
  if (build !== 'wide') return build;
  // Not for pages, where nothing runs it.
  const { disagreements } = await import('./self-check.js');
  const wide = await detachedModule(backend, 'wide');
  const plain = await detachedModule(backend, 'plain');
  const wrong = withSynchronousTiering(() => (check ?? disagreements)(wide, plain, REPETITIONS));
  if (wrong.length === 0) return 'wide';
  wideVectors(false);
  console.warn(`useBackend: 256-bit vectors give wrong numbers here (${wrong.join(', ')}), so 128-bit ones are used`);
  return fastestBuild(128);
}
