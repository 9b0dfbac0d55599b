import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The packages' tests on WebGPU in Node, which scripts/ci/install-webgpu.mjs fetches, with the Vulkan driver in software that Debian's
// Chromium brings along, or another that VK_DRIVER_FILES names.
const chromium = '/usr/lib/chromium';
if (!process.env.VK_DRIVER_FILES && existsSync(`${chromium}/vk_swiftshader_icd.json`)) {
  process.env.VK_DRIVER_FILES = `${chromium}/vk_swiftshader_icd.json`;
  // The linker reads it when a worker process starts.
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, chromium].filter(Boolean).join(':');
}

const source = { conditions: ['@pushforward/source'] };

export default defineConfig({
  resolve: {
    ...source,
    alias: { webgpu: fileURLToPath(new URL('.cache/webgpu/node_modules/webgpu/index.js', import.meta.url)) },
  },
  ssr: { resolve: source },
  test: {
    name: 'webgpu',
    pool: 'forks',
    isolate: false,
    testTimeout: 120_000,
    include: ['packages/*/src/**/*.test.ts'],
    // What is in Node alone runs once; but this test is for every backend that has the kernels.
    exclude: ['**/!(made-kernel).node.test.ts', '**/*.property.test.ts'],
    setupFiles: ['test/setup.ts'],
    provide: { backend: 'webgpu' },
  },
});
