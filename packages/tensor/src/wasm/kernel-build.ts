import { builtinModule } from './threads.js';
import { timedTileBase64 } from './builds/timed-tile.generated.js';

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
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * The build that is fastest here: relaxed SIMD where the engine has it, and in Node 256-bit vectors where V8 makes some, with {@link wideVectors} then on.
 *
 * V8 does where it is recent and the processor has them. That is found out by timing one register tile with its flag and without: it is twice as fast
 * or not at all, so that chance does not decide, and the same program gives the same digits each time.
 */
export function fastestBuild(vectors: Vectors): KernelBuild {
  const build = hasRelaxedSimd() ? 'relaxed' : 'plain';
  if (vectors === 128 || (vectors === 'auto' && !isTried())) return build;
  if (build === 'relaxed' && takesFlags() && fusesVectors()) return 'wide';
  if (vectors === 256)
    throw new Error(
      'useBackend: vectors: 256 needs Node 24 or later and a processor that has them; leave the option out, or pass 128',
    );
  return build;
}

/**
 * Whether it is a V8 in which every function of the kernels, and of TensorFlow.js's module, was seen to compile: should its experiment fail at one, it
 * ends the process, which no check at the start can catch.
 */
function isTried(): boolean {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return TRIED.some((version) => process?.versions?.v8?.startsWith(`${version}.`));
}

/** Those of Node 24 and 26; `scripts/ci/wide-vectors.mjs` tries them. */
const TRIED = ['13.6', '14.6'];

/** Whether the engine's flags can be set. Bun is on another engine, reports a version of V8 all the same, and has a function for flags that throws. */
function takesFlags(): boolean {
  try {
    wideVectors(false);
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
  wideVectors(true);
  // A custom section, since an engine compiles the same bytes once.
  const wide = timedTile(Uint8Array.of(...fromBase64(timedTileBase64), 0, 2, 1, 0));
  const isFused = speedRatio(wide, narrow) > 1.5;
  wideVectors(isFused);
  return isFused;
}

/** Lets V8 fuse neighbouring 128-bit operations of whatever it compiles from now on, or no longer. */
export function wideVectors(isOn: boolean): void {
  engineFlags()?.setFlagsFromString(isOn ? '--experimental-wasm-revectorize' : '--no-experimental-wasm-revectorize');
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

type TimedTile = (address: number, count: number) => void;

/** The register tile in a binary, optimized. */
function timedTile(binary: Uint8Array<ArrayBuffer>): TimedTile {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const { multiplyTiles } = exports as { multiplyTiles: TimedTile };
  // Short calls, since V8 12 optimizes a loop that it is in anew with each turn.
  withSynchronousTiering(() => {
    for (let i = 0; i < WARM_UPS; i++) multiplyTiles(0, 1);
  });
  return multiplyTiles;
}

/** More than V8's budget for code that is not optimized: some milliseconds. */
const WARM_UPS = 1000;

/** How many register tiles are computed at a time, and how often: about a millisecond altogether. */
const TILES = 40;
const ROUNDS = 100;

/** How many times as fast one tile is as another, both at best: what else the machine does only ever makes one slower. */
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
