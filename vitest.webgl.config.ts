import { defineConfig } from 'vitest/config';
import { inChromium } from './test/chromium.ts';

// In software.
export default defineConfig(
  inChromium('webgl', ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'], ['**/*.node.test.ts']),
);
