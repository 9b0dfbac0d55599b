import { byId, fillSelect } from './elements.js';
import type { BackendChoice } from '../worker/protocol.js';

/** Offers the graphics processor where the browser has one; returns what is chosen. */
export function setUpBackendChoice(onChange: (choice: BackendChoice) => void): void {
  const select = byId<HTMLSelectElement>('backend');
  fillSelect(select, [['wasm', 'WebAssembly']]);
  select.addEventListener('change', () => onChange(select.value as BackendChoice));
  void addGpu(select);
}

interface Gpu {
  requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean } } | null>;
}

async function addGpu(select: HTMLSelectElement): Promise<void> {
  const { gpu } = navigator as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  // One in software is slower than WebAssembly.
  if (adapter && !adapter.info?.isFallbackAdapter) select.append(new Option('WebGPU', 'webgpu'));
}
