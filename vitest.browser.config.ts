import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};

export default defineConfig({
  // Threads share memory only where no other site's page can look into it.
  server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
  resolve: { conditions: ['@pushforward/source'] },
  // The large dependencies, bundled before the first test: found on the way they would reload the page under it.
  optimizeDeps: { include: ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', 'fast-check'] },
  test: {
    name: 'chromium-wasm',
    include: ['packages/*/src/**/*.test.ts'],
    exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    // One page serves every file: loading TensorFlow.js costs seconds.
    isolate: false,
    fileParallelism: false,
    provide: { backend: 'wasm', wasmPaths: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/' },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
