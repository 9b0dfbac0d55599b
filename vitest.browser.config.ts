import { defineConfig } from 'vitest/config';
import { inChromium } from './test/chromium.ts';

export default defineConfig(inChromium('wasm', ['--disable-gpu'], ['**/*.node.test.ts', '**/*.gpu.test.ts']));
