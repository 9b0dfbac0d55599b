import { env } from '@tensorflow/tfjs-core';
import { isMissing, type BackendLoader } from './loader.js';

const PACKAGE = '@tensorflow/tfjs-backend-webgpu';
/** WebGPU for Node. */
const NODE_PACKAGE = 'webgpu';

/** The part of WebGPU's own interface that is used here. */
interface Gpu {
  requestAdapter(options: {
    powerPreference: string;
  }): Promise<{ readonly info?: AdapterInfo; readonly isFallbackAdapter?: boolean } | null>;
}

interface AdapterInfo {
  readonly isFallbackAdapter?: boolean;
  readonly architecture?: string;
  readonly description?: string;
}

/** Rasterisers that compute on the CPU, slower than the wasm backend does. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** Shaders, in browsers with WebGPU and in Node. */
export const webgpu: BackendLoader = {
  async load(_, isAutomatic) {
    const inNode = env().getBool('IS_NODE');
    let gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
    let dawn: { create(options: string[]): Gpu; globals: object } | undefined;
    if (!gpu && inNode) {
      try {
        // Not a literal, so that no bundler takes native code along.
        dawn = (await import(/* @vite-ignore */ /* webpackIgnore: true */ NODE_PACKAGE)) as NonNullable<typeof dawn>;
        gpu = dawn.create([]);
      } catch (error) {
        if (isMissing(error, NODE_PACKAGE)) return `is not installed; run \`npm i ${NODE_PACKAGE} ${PACKAGE}\``;
        return `is installed and its library does not load: ${(error as Error).message}`;
      }
    }
    if (!gpu) return 'is not supported by this browser, or the page does not come from https or localhost';
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter)
      return `finds no GPU; ${inNode ? 'install a Vulkan, Metal or Direct3D 12 driver' : 'see chrome://gpu or about:support'}`;
    const { info } = adapter;
    const isSoftware =
      adapter.isFallbackAdapter ||
      info?.isFallbackAdapter ||
      SOFTWARE.test(`${info?.architecture} ${info?.description}`);
    if (isAutomatic && isSoftware) return 'finds no GPU but its emulation in software';

    // The backend's package looks for them when it is imported.
    if (dawn) exposeGpu(gpu, dawn.globals);
    try {
      // A literal, so that bundlers find it.
      await import('@tensorflow/tfjs-backend-webgpu');
      return null;
    } catch (error) {
      if (isMissing(error, PACKAGE)) return `is not installed; run \`npm i ${PACKAGE}\``;
      throw error;
    }
  },
};

/** Puts WebGPU where a browser has it; Node has a `navigator` from version 21. */
function exposeGpu(gpu: Gpu, globals: object): void {
  Object.assign(globalThis, globals);
  if (!globalThis.navigator)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}
