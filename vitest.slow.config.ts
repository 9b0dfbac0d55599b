// What takes minutes: flows trained until they reach the entropy of a density.
import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@pushforward/source'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    pool: 'forks',
    include: ['test/slow/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    provide: { backend: 'wasm' as const },
  },
});
