import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The packages' tests on TensorFlow's own library, which scripts/ci/native-backend.mjs puts together.
const source = { conditions: ['@pushforward/source'] };
const tfjsNode = fileURLToPath(
  new URL('.cache/native/node_modules/@tensorflow/tfjs-node/dist/index.js', import.meta.url),
);

export default defineConfig({
  resolve: { ...source, alias: { '@tensorflow/tfjs-node': tfjsNode } },
  ssr: { resolve: source },
  test: {
    name: 'tensorflow',
    pool: 'forks',
    isolate: false,
    testTimeout: 60_000,
    include: ['packages/*/src/**/*.test.ts', 'test/native/**/*.test.ts', 'test/slow/backends.test.ts'],
    exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts', '**/*.property.test.ts'],
    setupFiles: ['test/setup.ts'],
    provide: { backend: 'tensorflow' },
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
