import { builtinModule } from './threads.js';
import { timedTileBase64 } from './builds/timed-tile.generated.js';

/**
 * A build of the kernels: `plain` takes WebAssembly's 128-bit vectors, `relaxed` fuses multiplications with additions, and `wide` has register tiles
 * for the 256-bit vectors that V8 makes of neighbouring 128-bit ones.
 */
export type KernelBuild = 'plain' | 'relaxed' | 'wide';

/** The vectors that a program wants: see `BackendOptions.vectors`. */
export type Vectors = 'auto' | 128 | 256;

/** The WebAssembly binary of a build, and the bytes of memory that it keeps its constants in. */
export async function kernelBinary(
  build: KernelBuild,
): Promise<{ binary: Uint8Array<ArrayBuffer>; constantsBytes: number }> {
  const { kernelsBase64, CONSTANTS_BYTES } = await modules[build]();
  return { binary: fromBase64(kernelsBase64), constantsBytes: CONSTANTS_BYTES };
}

// Literals, so that bundlers find them; a page fetches the build that it runs alone.
const modules = {
  plain: () => import('./builds/plain.generated.js'),
  relaxed: () => import('./builds/relaxed.generated.js'),
  wide: () => import('./builds/wide.generated.js'),
};

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** An experimental feature of V8. */
interface Experiment {
  /** The flag that turns it on. */
  readonly flag: string;
  /**
   * The versions of V8 in which every function of the kernels, and of TensorFlow.js's module, was seen to compile (`scripts/ci/experiments.mjs` tries them):
   * should an experiment fail at one, it ends the process, which no check at the start can catch.
   */
  readonly tried: readonly string[];
  /** Its name in warnings. */
  readonly name: string;
}

/** In Node 20; from Node 22 on it is no experiment. */
export const RELAXED_SIMD: Experiment = {
  flag: 'experimental-wasm-relaxed-simd',
  tried: ['11.3'],
  name: 'fused multiply-add',
};

/** In Node 24 and 26: V8 fuses neighbouring 128-bit operations of whatever it compiles from then on. */
export const WIDE_VECTORS: Experiment = {
  flag: 'experimental-wasm-revectorize',
  tried: ['13.6', '14.6'],
  name: '256-bit vectors',
};

/** A build, and the experiment that it takes, which is on then. */
export interface BuildChoice {
  readonly build: KernelBuild;
  readonly experiment?: Experiment;
}

/**
 * The build that is fastest here: relaxed SIMD where the engine has it, and in Node 256-bit vectors where V8 makes some.
 *
 * V8 does where it is recent and the processor has them. That is found out by timing one register tile with its flag and without: it is twice as fast
 * or not at all, so that chance does not decide, and the same program gives the same digits each time.
 */
export function fastestBuild(vectors: Vectors): BuildChoice {
  const withoutExperiments: BuildChoice = { build: hasRelaxedSimd() ? 'relaxed' : 'plain' };
  if (vectors === 128) return withoutExperiments;
  if (vectors === 256 || isTried(WIDE_VECTORS)) {
    if (withoutExperiments.build === 'relaxed' && !isTried(RELAXED_SIMD) && takesFlags(WIDE_VECTORS) && fusesVectors())
      return { build: 'wide', experiment: WIDE_VECTORS };
    if (vectors === 256)
      throw new Error(
        'useBackend: vectors: 256 needs Node 24 or later and a processor that has them; leave the option out, or pass 128',
      );
  }
  if (isTried(RELAXED_SIMD) && takesFlags(RELAXED_SIMD)) {
    setExperiment(RELAXED_SIMD, true);
    if (hasRelaxedSimd()) return { build: 'relaxed', experiment: RELAXED_SIMD };
  }
  return withoutExperiments;
}

function isTried({ tried }: Experiment): boolean {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return tried.some((version) => process?.versions?.v8?.startsWith(`${version}.`));
}

/** Whether the engine's flags can be set. Bun is on another engine, reports a version of V8 all the same, and has a function for flags that throws. */
function takesFlags(experiment: Experiment): boolean {
  try {
    setExperiment(experiment, false);
    return engineFlags() !== undefined;
  } catch {
    return false;
  }
}

export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(fromBase64(timedTileBase64));
}

/** Whether V8 makes 256-bit vectors, which are left on if it does. */
function fusesVectors(): boolean {
  const narrow = timedTile(fromBase64(timedTileBase64));
  setExperiment(WIDE_VECTORS, true);
  // A custom section, since an engine compiles the same bytes once.
  const wide = timedTile(Uint8Array.of(...fromBase64(timedTileBase64), 0, 2, 1, 0));
  const isFused = speedRatio(wide, narrow) > 1.5;
  setExperiment(WIDE_VECTORS, isFused);
  return isFused;
}

/** Turns an experiment on, or off, for whatever V8 compiles from now on. */
export function setExperiment({ flag }: Experiment, isOn: boolean): void {
  engineFlags()?.setFlagsFromString(isOn ? `--${flag}` : `--no-${flag}`);
}

/** Runs a function, given how often it is to repeat what it does, while V8 optimizes WebAssembly that takes time before it goes on, and not beside it. */
export function optimized<T>(run: (repetitions: number) => T): T {
  const v8 = engineFlags();
  // V8 11 cannot, but can leave its first compiler out, at which the one of Node 26 ends the process.
  const { begin, end, repetitions } = isTried(RELAXED_SIMD)
    ? { begin: '--no-liftoff', end: '--liftoff', repetitions: 1 }
    : { begin: '--wasm-sync-tier-up', end: '--no-wasm-sync-tier-up', repetitions: 10 };
  v8?.setFlagsFromString(begin);
  try {
    return run(repetitions);
  } finally {
    v8?.setFlagsFromString(end);
  }
}

type TimedTile = (address: number, count: number) => void;

/** The register tile in a binary, optimized. */
function timedTile(binary: Uint8Array<ArrayBuffer>): TimedTile {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const { multiplyTiles } = exports as { multiplyTiles: TimedTile };
  // Short calls, since V8 12 optimizes a loop that it is in anew with each turn.
  optimized(() => {
    for (let i = 0; i < WARM_UPS; i++) multiplyTiles(0, 1);
  });
  return multiplyTiles;
}

/** More than V8's budget for code that is not optimized: some milliseconds. */
const WARM_UPS = 1000;

/** The number of register tiles in a measurement, and of measurements: about a millisecond altogether. */
const TILES = 40;
const ROUNDS = 100;

/** The speed of one tile relative to another, both at best: what else the machine does only ever makes one slower. */
function speedRatio(tile: TimedTile, other: TimedTile): number {
  const time = (each: TimedTile) => {
    const start = performance.now();
    each(0, TILES);
    return performance.now() - start;
  };
  let [least, leastOfOther] = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    least = Math.min(least, time(tile));
    leastOfOther = Math.min(leastOfOther, time(other));
  }
  return leastOfOther / least;
}

function engineFlags(): { setFlagsFromString(flags: string): void } | undefined {
  return builtinModule('node:v8');
}
