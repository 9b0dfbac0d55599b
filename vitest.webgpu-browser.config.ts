import { defineConfig } from 'vitest/config';
import { inChromium } from './test/chromium.ts';

// WebGPU in a browser, in software.
export default defineConfig(
  inChromium(
    'webgpu',
    ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    ['**/!(made-kernel).node.test.ts'],
  ),
);
