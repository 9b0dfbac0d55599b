import { disagreements } from './self-check.js';
import {
  fastestBuild,
  type KernelBuild,
  type Vectors,
  wideVectors,
  withSynchronousTiering,
} from '../wasm/kernel-build.js';
import { detachedModule, type WasmBackend } from '../wasm/wasm-module.js';

/**
 * The build of the kernels that is fastest here and right: V8's 256-bit vectors are an experiment, so that each kernel of the build for them is run once
 * as the engine optimizes it, against the plain build as the engine first runs it, which is not optimized.
 */
export async function chooseBuild(
  backend: WasmBackend,
  vectors: Vectors,
  check = disagreements,
): Promise<KernelBuild | undefined> {
  const build = fastestBuild(vectors);
  if (build !== 'wide') return build;
  const wide = await detachedModule(backend, 'wide', { isOptimized: true });
  const plain = await detachedModule(backend, 'plain', { isOptimized: false });
  const wrong = withSynchronousTiering(() => check(wide, plain));
  if (wrong.length === 0) return 'wide';
  wideVectors(false);
  console.warn(`useBackend: 256-bit vectors give wrong numbers here (${wrong.join(', ')}), so 128-bit ones are used`);
  return fastestBuild(128);
}
