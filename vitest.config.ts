import { defineConfig } from 'vitest/config';

const source = {
  resolve: { conditions: ['@pushforward/source'] },
  ssr: { resolve: { conditions: ['@pushforward/source'] } },
};

// One process serves many test files: loading TensorFlow.js costs a second, and no test depends on module state.
const shared = { pool: 'forks', isolate: false, testTimeout: 60_000 } as const;

const onBackend = (backend: 'cpu' | 'wasm') => ({
  ...source,
  test: {
    ...shared,
    name: backend,
    include: ['packages/*/src/**/*.test.ts'],
    exclude: ['**/*.node.test.ts', '**/*.gpu.test.ts'],
    setupFiles: ['test/setup.ts'],
    provide: { backend },
  },
});

export default defineConfig({
  test: {
    projects: [
      onBackend('cpu'),
      onBackend('wasm'),
      {
        ...source,
        test: {
          ...shared,
          name: 'node',
          include: [
            'packages/*/src/**/*.node.test.ts',
            'apps/*/src/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          // Minutes of training, and what needs the native backend: run in CI by configurations of their own.
          exclude: ['test/slow/**', 'test/native/**'],
          setupFiles: ['test/setup.ts'],
          provide: { backend: 'wasm' as const },
        },
      },
    ],
  },
});
