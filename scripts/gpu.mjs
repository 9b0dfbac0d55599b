// On a machine with a GPU: every test on WebGPU in Node, then training steps on the GPU beside those on wasm. NVIDIA's Vulkan driver is found where its
// installer puts it; VK_DRIVER_FILES names another.
import { existsSync } from 'node:fs';
import { environment, run, setup } from './setup.mjs';

const nvidia = ['/etc/vulkan/icd.d/nvidia_icd.json', '/usr/share/vulkan/icd.d/nvidia_icd.json'].find(existsSync);
const driver = environment.VK_DRIVER_FILES ?? nvidia;
if (!driver) {
  console.error("gpu: no NVIDIA driver for Vulkan is installed; VK_DRIVER_FILES names another GPU's");
  process.exit(1);
}
const env = { ...environment, VK_DRIVER_FILES: driver };

setup();
const operations = ['maf-step', 'iaf-step', 'nsf-step', 'real-nvp-step', 'vae-gaussian-step', 'vae-iaf-step'];
const failed = [
  ['node', ['scripts/ci/install-webgpu.mjs']],
  // The figures that ulps.test.ts compares with are of a GPU in software.
  ['vitest', ['run', '--project', 'webgpu-node', '--exclude', 'test/numbers/**']],
  ['node', ['bench/dist/main.js', '--sides', 'ours,webgpu', '--operations', operations.join(',')]],
].filter(([program, args]) => run(program, args, { env }) !== 0);
process.exit(failed.length === 0 ? 0 : 1);
