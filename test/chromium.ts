import { playwright } from '@vitest/browser-playwright';
import type { BackendName } from '@pushforward/tensor';
import type { TestProjectConfiguration } from 'vitest/config';

const quiet = [
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The packages' tests in headless Chromium on a backend, for which it takes some switches; `exclude` are globs of files. */
export function inChromium(
  name: string,
  backend: BackendName,
  switches: string[],
  exclude: string[],
): TestProjectConfiguration {
  const launchOptions = {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...quiet, ...switches],
  };
  return {
    // Threads share memory only where no other site's page can look into it.
    server: {
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
    resolve: { conditions: ['@pushforward/source'] },
    // The large dependencies, bundled before the first test: found on the way they would reload the page under it.
    optimizeDeps: {
      include: [
        '@tensorflow/tfjs',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgpu',
        'fast-check',
      ],
    },
    test: {
      name,
      include: ['packages/*/src/**/*.test.ts', 'test/numbers/ulps.test.ts'],
      exclude,
      setupFiles: ['test/setup.ts'],
      testTimeout: 120_000,
      // One page serves every file: loading TensorFlow.js costs seconds.
      isolate: false,
      fileParallelism: false,
      provide: { backend, wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}
