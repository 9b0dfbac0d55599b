import { builtinModule } from './threads.js';
import { timedTiles } from './builds/timed-tiles.generated.js';

/**
 * A build of the kernels: `plain` takes WebAssembly's 128-bit vectors, `relaxed` fuses multiplications with additions, and `wide` has register tiles
 * for the 256-bit vectors that V8 makes of neighbouring 128-bit ones.
 */
export type KernelBuild = 'plain' | 'relaxed' | 'wide';

/** The vectors that a program wants: see `BackendOptions.vectors`. */
export type Vectors = 'auto' | 128 | 256;

/** The WebAssembly binary of a build. */
export async function kernelBinary(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  const { kernelsBase64 } = await modules[build]();
  return fromBase64(kernelsBase64);
}

// Literals, so that bundlers find them; a page fetches the build that it runs alone.
const modules = {
  plain: () => import('./builds/plain.generated.js'),
  relaxed: () => import('./builds/relaxed.generated.js'),
  wide: () => import('./builds/wide.generated.js'),
};

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * The build whose register tile is fastest here, of those that the engine can run: timed in Node, where code can be made to be optimized at once;
 * elsewhere the one with more instructions. Undefined where there are no vectors at all.
 *
 * Chosen `wide`, {@link wideVectors} are on.
 */
export function fastestBuild(vectors: Vectors): KernelBuild | undefined {
  const builds = builtFor128();
  const v8 = engineFlags();
  const hasWide = v8 !== undefined && builds.includes('relaxed');
  if (vectors === 256) {
    if (!hasWide)
      throw new Error('useBackend: vectors: 256 needs relaxed SIMD and Node; leave the option out, or pass 128');
    wideVectors(true);
    return 'wide';
  }
  if (!hasWide) return builds.at(-1);
  const speeds = new Map<KernelBuild, number>(builds.map((build) => [build, tileSpeed(build)]));
  if (vectors === 'auto') {
    wideVectors(true);
    // Experimental in today's engines: taken for a gain that shows, not for noise.
    speeds.set('wide', tileSpeed('wide') / 1.1);
  }
  const [[fastest]] = [...speeds].toSorted(([, a], [, b]) => b - a);
  if (fastest !== 'wide') wideVectors(false);
  return fastest;
}

/** The builds of 128-bit vectors that the engine can run. */
export function builtFor128(): KernelBuild[] {
  return (['plain', 'relaxed'] as const).filter((build) => WebAssembly.validate(fromBase64(timedTiles[build])));
}

/** Lets V8 fuse neighbouring 128-bit operations of whatever it compiles from now on, or no longer. */
export function wideVectors(isOn: boolean): void {
  engineFlags()?.setFlagsFromString(isOn ? '--experimental-wasm-revectorize' : '--no-experimental-wasm-revectorize');
}

/**
 * Instantiates a module whose functions V8 optimizes before they first run: what is timed or checked is then what a program will run. Without V8's
 * flags at hand it is optimized when the engine sees fit.
 */
export function optimizedInstance(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  const v8 = engineFlags();
  v8?.setFlagsFromString('--wasm-tiering-budget=1');
  try {
    return new WebAssembly.Instance(module, imports);
  } finally {
    v8?.setFlagsFromString(`--wasm-tiering-budget=${USUAL_BUDGET}`);
  }
}

/** Runs a function while V8 optimizes WebAssembly before it goes on, and not beside it. */
export function withSynchronousTiering<T>(run: () => T): T {
  const v8 = engineFlags();
  v8?.setFlagsFromString('--wasm-sync-tier-up');
  try {
    return run();
  } finally {
    v8?.setFlagsFromString('--no-wasm-sync-tier-up');
  }
}

/** V8's own, in the versions that have relaxed SIMD. */
const USUAL_BUDGET = 13_000_000;

/** How long a register tile is run at a time, and how often: a third of a millisecond altogether. */
const TILES = 40;
const ROUNDS = 60;

/** Multiplications a millisecond, at best. */
function tileSpeed(build: KernelBuild): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const module = new WebAssembly.Module(fromBase64(timedTiles[build]));
  const { multiplyTiles } = optimizedInstance(module, { env: { memory } }).exports as {
    multiplyTiles(count: number): number;
  };
  withSynchronousTiering(() => multiplyTiles(1));
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const multiplications = multiplyTiles(TILES);
    best = Math.max(best, multiplications / (performance.now() - start));
  }
  return best;
}

function engineFlags(): { setFlagsFromString(flags: string): void } | undefined {
  return builtinModule('node:v8');
}
