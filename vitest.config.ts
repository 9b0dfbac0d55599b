import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BackendName } from '@pushforward/tensor';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { inChromium } from './test/chromium.ts';
import { oneOfEachKind } from './test/one-of-each-kind.mjs';

const conditions = ['@pushforward/source'];
const everyTest = 'packages/*/src/**/*.test.ts';

/** Functions of one number, whose errors docs/numbers.md tells for each backend. */
const ulps = 'test/numbers/ulps.test.ts';

/** Tests in Node, from sources. */
function inNode(
  name: string,
  backend: BackendName,
  test: object,
  alias: Record<string, string> = {},
): TestProjectConfiguration {
  return {
    resolve: { conditions, alias },
    ssr: { resolve: { conditions } },
    test: {
      name,
      // One process serves many test files: loading TensorFlow.js costs a second, and no test depends on module state.
      pool: 'forks',
      isolate: false,
      testTimeout: 60_000,
      setupFiles: ['test/setup.ts'],
      provide: { backend },
      ...test,
    },
  };
}

const installed = (file: string) => fileURLToPath(new URL(`.cache/${file}`, import.meta.url));

/** The Vulkan driver in software that Debian's Chromium brings along; VK_DRIVER_FILES names another. The linker reads the path at the start of a process. */
const swiftShader = '/usr/lib/chromium';
const vulkan =
  !process.env.VK_DRIVER_FILES && existsSync(`${swiftShader}/vk_swiftshader_icd.json`)
    ? {
        VK_DRIVER_FILES: `${swiftShader}/vk_swiftshader_icd.json`,
        LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, swiftShader].filter(Boolean).join(':'),
      }
    : {};

// Random cases by the hundred test formulas rather than backends.
const properties = '**/*.property.test.ts';

export default defineConfig({
  test: {
    maxWorkers: availableParallelism(),
    // Projects, and runs one after the other, load the same sources: each is translated to JavaScript once, and again when it has changed.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.cache/vitest-modules' },
    projects: [
      inNode('cpu', 'cpu', {
        include: ['packages/tensor/src/**/*.test.ts', ...oneOfEachKind, ulps],
        exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts'],
      }),
      inNode('wasm', 'wasm', { include: [everyTest], exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts'] }),
      inNode('node', 'wasm', {
        include: [
          'packages/*/src/**/*.node.test.ts',
          'apps/*/src/**/*.test.ts',
          'bench/src/**/*.test.ts',
          'test/**/*.test.ts',
        ],
        exclude: ['test/slow/**', 'test/native/**'],
      }),
      // Flows trained until they reach the entropy of a density: minutes. Files run side by side, one a core: a second thread of each would wait for
      // the first, awake, and its results are the same bit for bit (test/threads.test.ts).
      inNode('slow', 'wasm', { include: ['test/slow/**/*.test.ts'], provide: { backend: 'wasm', threads: 1 } }),
      // The library that scripts/ci/native-backend.mjs puts together.
      inNode(
        'tensorflow',
        'tensorflow',
        {
          include: [everyTest, ulps, 'test/native/**/*.test.ts', 'test/slow/backends.test.ts'],
          exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts', properties],
          env: { TF_CPP_MIN_LOG_LEVEL: '2' },
        },
        { '@tensorflow/tfjs-node': installed('native/node_modules/@tensorflow/tfjs-node/dist/index.js') },
      ),
      // The package that scripts/ci/install-webgpu.mjs fetches.
      inNode(
        'webgpu-node',
        'webgpu',
        {
          testTimeout: 120_000,
          include: [everyTest, ulps],
          // What is in Node alone runs once; but this test is for every backend that has the kernels.
          exclude: ['**/!(made-kernel).node.test.ts', properties],
          env: vulkan,
        },
        { webgpu: installed('webgpu/node_modules/webgpu/index.js') },
      ),
      inChromium('browser-wasm', 'wasm', ['--disable-gpu'], ['**/*.node.test.ts', '**/*.gpu.test.ts', properties]),
      // GPUs in software, which Chromium would take for hung ones on a busy machine.
      inChromium(
        'browser-webgl',
        'webgl',
        ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-watchdog'],
        ['**/*.node.test.ts', properties],
      ),
      inChromium(
        'browser-webgpu',
        'webgpu',
        ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--disable-gpu-watchdog'],
        ['**/!(made-kernel).node.test.ts', properties],
      ),
    ],
  },
});
