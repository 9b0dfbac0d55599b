import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (name) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The pages work in whatever folder they are put.
  base: './',
  build: {
    target: 'es2022',
    rolldownOptions: { input: ['index.html', 'inference.html', 'digits.html'].map(page) },
    // What is large is loaded on demand, by backend.
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
});
