import { defineConfig } from 'vitest/config';
import { inChromium } from './test/chromium.ts';

export default defineConfig(inChromium('wasm', ['--disable-gpu'], ['**/*.gpu.test.ts']));
