import { builtinModule } from './threads.js';

/** The binaries of `@tensorflow/tfjs-backend-wasm` that are used: with SIMD where there is SIMD, else without. */
export type BinaryName = 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm.wasm';

/** Of a package's `.wasm` files the name and the URL, or the directory's URL ending in a slash. */
export type WasmPaths = string | Record<string, string>;

/** A binary, and where it was found. */
export interface Binary {
  readonly url: string;
  readonly bytes: Uint8Array;
}

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** Whole expressions, the only form in which bundlers see that a file is needed: they copy it, and put its new place here. */
const bundled: Record<BinaryName, () => URL> = {
  'tfjs-backend-wasm-simd.wasm': () =>
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url),
  'tfjs-backend-wasm.wasm': () => new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url),
};

/**
 * Fetches a binary in a browser: from where the program says, else from beside the module that the page's import map names, from where a bundler
 * put it, from beside this package, and from beside the page.
 *
 * @returns the binary, or what was tried and what to do, as the end of the sentence `backend 'wasm' …`
 */
export async function findBinary(name: BinaryName, wasmPaths: WasmPaths | undefined): Promise<Binary | string> {
  const problems: string[] = [];
  for (const url of wasmPaths === undefined ? usualPlaces(name) : [placeIn(wasmPaths, name)]) {
    const found = url === undefined ? `no entry for ${name} in wasmPaths` : await fetchBinary(url);
    if (typeof found !== 'string') return found;
    problems.push(found);
  }
  const advice = `copy node_modules/${PACKAGE}/dist/*.wasm to a folder that your server serves, such as public/wasm/, and say where: useBackend('wasm', { wasmPaths: '/wasm/' })`;
  return `does not find its file ${name} (${problems.join('; ')}); ${advice}`;
}

function placeIn(wasmPaths: WasmPaths, name: BinaryName): string | undefined {
  return typeof wasmPaths === 'string' ? wasmPaths + name : wasmPaths[name];
}

function usualPlaces(name: BinaryName): string[] {
  const { href } = bundled[name]();
  // Where nothing put another place there, as on the development server of Vite, both packages lie in one node_modules.
  const beside = href.replace(/@pushforward\/tensor\/.*(?=@tensorflow\/)/, '');
  return [...new Set([...besideModule(name), href, beside, name])];
}

/** Where a page has an import map, which says where the package is: on whatever server, in whatever version. */
function besideModule(name: BinaryName): string[] {
  try {
    return [new URL(name, import.meta.resolve(PACKAGE)).href];
  } catch {
    // Without a map, or in a bundle, the name stands for nothing.
    return [];
  }
}

async function fetchBinary(url: string): Promise<Binary | string> {
  try {
    const response = await fetch(url, { credentials: 'same-origin' });
    if (!response.ok) return `${url}: ${response.status}`;
    const bytes = new Uint8Array(await response.arrayBuffer());
    // Many servers answer with a page where there is no such file.
    return isWebAssembly(bytes) ? { url, bytes } : `${url}: ${response.headers.get('content-type')}, not WebAssembly`;
  } catch (error) {
    return `${url}: ${(error as Error).message}`;
  }
}

function isWebAssembly(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d].every((byte, i) => bytes[i] === byte);
}

/** In Node, the binary of the installed package; undefined in a bundle that has left it behind. */
export function readInstalledBinary(name: BinaryName): Uint8Array | undefined {
  const fs = builtinModule<{ readFileSync(path: string): Uint8Array }>('node:fs');
  const resolver = builtinModule<{ createRequire(from: string): { resolve(name: string): string } }>('node:module');
  if (!fs || !resolver) return undefined;
  try {
    const main = resolver.createRequire(import.meta.url).resolve(PACKAGE);
    return fs.readFileSync(main.replace(/[^\\/]*$/, name));
  } catch {
    // The stock loader reports an error, if there is one.
    return undefined;
  }
}
