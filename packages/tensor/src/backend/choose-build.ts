import { fastestBuild, type KernelBuild, setExperiment, type Vectors } from '../wasm/kernel-build.js';
import { detachedModule, type WasmBackend } from '../wasm/wasm-module.js';

type Check = typeof import('./self-check.js').disagreements;

/**
 * The build of the kernels that is fastest here and right: where it takes an experiment of V8's, each of its kernels is first run against the plain build.
 */
export async function chooseBuild(backend: WasmBackend, vectors: Vectors, check?: Check): Promise<KernelBuild> {
  const { build, experiment } = fastestBuild(vectors);
  if (!experiment) return build;
  // Not for pages, which can turn no experiment on.
  const { disagreements } = await import('./self-check.js');
  const module = await detachedModule(backend, build);
  const plain = await detachedModule(backend, 'plain');
  const wrong = (check ?? disagreements)(module, plain, { isOptimized: true });
  if (wrong.length === 0) return build;
  setExperiment(experiment, false);
  console.warn(`useBackend: wrong numbers with ${experiment.name} (${wrong.join(', ')}), so the kernels do without`);
  return fastestBuild(128).build;
}
